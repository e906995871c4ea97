package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.backend.onnxruntime.TinyOnnx;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a process loads where nobody asked for traces. */
@Timeout(120)
class UntracedTest {
    private static final Pattern ADDRESS = Pattern.compile("http://[^ /]+:[1-9][0-9]*");
    private static final String BODY =
            "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,4],\"data\":[1,2,3,4]}]}";

    @Test
    void loadsNoClassOfOpenTelemetryWithoutAnEndpoint(@TempDir Path folder) throws Exception {
        Files.write(folder.resolve("tiny.onnx"), TinyOnnx.identity(1, -1, 4).bytes());
        Files.writeString(folder.resolve("server.yaml"), """
                apiVersion: penstock.io/v1alpha1
                kind: Server
                spec: {listen: {port: 0}, log: {requests: all}}
                """);
        Path classes = folder.resolve("classes.log");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:file=" + classes,
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "run",
                folder.resolve("tiny.onnx").toString(),
                "--server",
                folder.resolve("server.yaml").toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("OTEL_"));
        builder.environment().put("PENSTOCK_STATE", folder.resolve("state").toString());
        Process process = builder.redirectErrorStream(true).start();
        try {
            infer(address(process));
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        List<String> loaded = Files.readAllLines(classes, StandardCharsets.ISO_8859_1);
        assertThat(loaded)
                .as("what is looked for would be seen")
                .anyMatch(line -> line.contains("io.penstock.server.net.Port "));
        assertThat(loaded).noneMatch(line -> line.contains("io.opentelemetry"));
    }

    private static void infer(String address) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(address + "/v2/models/tiny/infer"))
                            .POST(HttpRequest.BodyPublishers.ofString(BODY))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
    }

    private static String address(Process process) throws IOException {
        StringBuilder said = new StringBuilder();
        BufferedReader output = process.inputReader();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            Matcher found = ADDRESS.matcher(line);
            if (found.find()) {
                return found.group();
            }
        }
        throw new AssertionError("it ended: " + said);
    }
}
