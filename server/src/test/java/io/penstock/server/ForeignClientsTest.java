package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The clients that others wrote, unmodified: {@code PENSTOCK_PYTHON} is a Python with the packages of
 * {@code app/src/test/python/requirements.txt}, {@code PENSTOCK_KSERVE_PYTHON} one with those of
 * {@code requirements-kserve.txt}, which do not go together.
 */
@Tag("clients")
@Timeout(180)
class ForeignClientsTest {
    private static final Path SCRIPTS = Path.of("..", "app", "src", "test", "python");

    private static String run(String python, String script, String... arguments) throws Exception {
        Path file = SCRIPTS.resolve(script);
        assertThat(Files.exists(file)).isTrue();
        ProcessBuilder builder = new ProcessBuilder(python, file.toString()).redirectErrorStream(true);
        builder.command().addAll(java.util.List.of(arguments));
        Process client = builder.start();
        String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(client.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(client.exitValue()).as(said).isZero();
        return said;
    }

    /** The file it compares with was written by the same script from a real Triton 2.51.0. */
    @Test
    void everyCallOfTritonsClientsEndsAsWithTriton() throws Exception {
        String python = System.getenv().getOrDefault("PENSTOCK_PYTHON", "python3");
        try (TestServer server = new TestServer()) {
            String address = "127.0.0.1:" + server.port;

            assertThat(run(python, "triton_surface.py", address, address)).contains("as Triton: 161 outcomes");
        }
    }

    @Test
    void servesKServesClients() throws Exception {
        String python = System.getenv().getOrDefault("PENSTOCK_KSERVE_PYTHON", "");
        Assumptions.assumeFalse(python.isEmpty(), "PENSTOCK_KSERVE_PYTHON is not set");
        try (TestServer server = new TestServer()) {
            assertThat(run(python, "kserve_client.py", "127.0.0.1:" + server.port))
                    .contains("KServe's clients are served");
        }
    }
}
