package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.scene.SceneFrame;
import io.penstock.scene.StreetScene;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Triton's unmodified Python client against the sample; {@code PENSTOCK_PYTHON} is a Python that has
 * {@code src/test/python/requirements.txt} installed.
 */
@Tag("clients")
@Timeout(180)
class TritonClientTest {
    @Test
    void getsTheSameAnswersOverHttpAndGrpc(@TempDir Path folder) throws Exception {
        Documents documents = Checkout.documents();
        try (Engine engine = Engine.start(Checkout.folders(folder), documents.server());
                ServerProcess process = new ServerProcess(engine, documents, Instant.now())) {
            int port = process.start();
            Path picture = folder.resolve("street.jpg");
            SceneFrame frame = StreetScene.of(7).frame(100);
            Files.write(picture, engine.codec().encodeJpeg(frame.picture(), 90));

            String python = System.getenv().getOrDefault("PENSTOCK_PYTHON", "python3");
            Path script = Checkout.root().resolve("app/src/test/python/triton_client.py");
            Process client = new ProcessBuilder(python, script.toString(), "127.0.0.1:" + port, picture.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(client.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(client.exitValue()).as(said).isZero();
            assertThat(said).contains("same answers over HTTP and gRPC");
            process.drain(Duration.ofSeconds(10));
        }
    }
}
