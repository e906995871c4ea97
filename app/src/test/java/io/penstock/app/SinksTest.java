package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.SinkCounters;
import io.penstock.spec.ServerSpec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Results in a store and in a folder, as users of the running program find them. */
@Timeout(120)
class SinksTest {
    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path home;

    @Test
    void resultsAreStoredReadAgainAndFoundAfterARestart() throws Exception {
        Documents documents = Checkout.onFreePort(Documents.read(List.of(
                Checkout.root().resolve("samples/street/stored.yaml").toString(),
                folderDocument().toString())));
        try (Engine engine = engine();
                ServerProcess process = new ServerProcess(engine, documents, Instant.now())) {
            String address = "http://127.0.0.1:" + process.start();
            byte[] frame = client.send(
                            HttpRequest.newBuilder(URI.create(address + "/pipelines/street/streams/gate/frame.jpg"))
                                    .build(),
                            BodyHandlers.ofByteArray())
                    .body();
            String answer = post(address + "/pipelines/street", "car/1", frame);
            assertThat(get(address + "/pipelines/street/results"))
                    .contains("{\"requestId\":\"car/1\",\"pipeline\":\"street\",\"createdAt\":")
                    .contains(",\"result\":" + answer);
            post(address + "/pipelines/yard", "car/1", frame);
            postAsModel(address + "/v2/models/yard/infer", "as-model", frame);
            assertThat(get(address + "/pipelines/yard/results")).contains("sinks: [{store: {sqlite: {}}}]");
            assertThat(get(address + "/pipelines/street/results?stream=gate")).startsWith("{\"results\":[");
            try (Engine second = engine()) {
                PipelineAssembler assembler = new PipelineAssembler(second);
                assertThatThrownBy(() -> assembler.openSinks(process.running().getFirst()))
                        .isInstanceOf(CommandException.class)
                        .hasMessageContaining("is in use by process "
                                + ProcessHandle.current().pid());
            }
            assertThat(process.drain(Duration.ofSeconds(20))).isTrue();
            assertThat(process.figures())
                    .contains("\"street/store\":{\"received\":")
                    .contains("\"yard/files\":{\"received\":2,\"stored\":2,\"dropped\":0,\"failed\":0,");
            assertBalanced(process);
        }
        try (Stream<Path> files = Files.walk(home.resolve("out/yard"))) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("car%2F1.jpg", "as-model.jpg", "results.jsonl");
        }

        try (Engine engine = engine();
                ServerProcess process = new ServerProcess(engine, documents, Instant.now())) {
            String address = "http://127.0.0.1:" + process.start();
            assertThat(get(address + "/pipelines/street/results?limit=1000"))
                    .contains("\"requestId\":\"car/1\"")
                    .contains("\"requestId\":\"street/gate/", "/second/");
            process.drain(Duration.ofSeconds(20));
        }
        client.close();
    }

    private static void assertBalanced(ServerProcess process) {
        for (RunningPipeline running : process.running()) {
            for (SinkCounters sink : running.pipeline().orElseThrow().sinks()) {
                assertThat(sink.waiting()).as(sink.name()).isZero();
                assertThat(sink.stored()).as(sink.name()).isEqualTo(sink.received());
            }
        }
    }

    private Engine engine() {
        return Engine.start(Checkout.folders(home), ServerSpec.defaults());
    }

    private Path folderDocument() throws IOException {
        return Files.writeString(home.resolve("yard.yaml"), """
                apiVersion: penstock.io/v1alpha1
                kind: InferencePipeline
                metadata: {name: yard}
                spec:
                  model: {name: yard-detector, uri: "%s"}
                  sinks: [files: {directory: out}]
                """.formatted(Checkout.detector()));
    }

    private String get(String address) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString())
                .body();
    }

    private String post(String address, String id, byte[] picture) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                .header("Content-Type", "image/jpeg")
                .header("x-request-id", id)
                .POST(BodyPublishers.ofByteArray(picture))
                .build();
        return client.send(request, BodyHandlers.ofString()).body();
    }

    private void postAsModel(String address, String id, byte[] picture) throws IOException, InterruptedException {
        byte[] head = """
                {"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":%d}}]}""".formatted(picture.length + 4).getBytes(StandardCharsets.UTF_8);
        byte[] length = {
            (byte) picture.length,
            (byte) (picture.length >> 8),
            (byte) (picture.length >> 16),
            (byte) (picture.length >> 24)
        };
        HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                .header("Inference-Header-Content-Length", Integer.toString(head.length))
                .header("x-request-id", id)
                .POST(BodyPublishers.concat(
                        BodyPublishers.ofByteArray(head),
                        BodyPublishers.ofByteArray(length),
                        BodyPublishers.ofByteArray(picture)))
                .build();
        assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
}
