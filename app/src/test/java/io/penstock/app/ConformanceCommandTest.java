package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** Our own server against the suite, with a model for each datatype that ONNX Runtime takes from here. */
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
class ConformanceCommandTest {
    private static final List<String> SERVED = List.of(
            "fp32", "fp64", "fp16", "bf16", "int8", "int16", "int32", "int64", "uint8", "bool", "bytes", "pair");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void oursPassesEveryMust() throws Exception {
        try (Engine engine = Engine.start(Checkout.folders(folder), models().server());
                ServerProcess process = new ServerProcess(engine, models(), Instant.now())) {
            String address = "http://127.0.0.1:" + process.start();

            CommandLineRun table = CommandLineRun.of("conformance", address);

            System.out.println(table.out());
            assertThat(table.exitCode()).as(table.out() + table.err()).isZero();
            assertThat(table.out())
                    .contains("Every must that applies holds.")
                    .containsPattern("must: (1\\d\\d|[7-9]\\d) passed, 0 failed");
            junitIsXmlWithACaseForEachCheck(CommandLineRun.of("conformance", address, "-o", "junit"));
            jsonSaysTheSame(CommandLineRun.of("conformance", address, "-o", "json", "--model", "identity_fp64"));
            process.drain(Duration.ofSeconds(10));
        }
    }

    private static void junitIsXmlWithACaseForEachCheck(CommandLineRun run) throws Exception {
        Document xml = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(run.out())));
        assertThat(xml.getDocumentElement().getTagName()).isEqualTo("testsuite");
        assertThat(xml.getDocumentElement().getAttribute("failures")).isEqualTo("0");
        assertThat(xml.getElementsByTagName("testcase").getLength())
                .isEqualTo(Integer.parseInt(xml.getDocumentElement().getAttribute("tests")))
                .isGreaterThan(100);
    }

    private static void jsonSaysTheSame(CommandLineRun run) throws IOException {
        assertThat(TreeText.parse(run.out()))
                .isInstanceOfSatisfying(
                        Map.class,
                        report -> assertThat(report.get("conformant")).isEqualTo(true));
    }

    @Test
    void refusesWhatIsNoAddress() throws IOException {
        assertThat(CommandLineRun.of("conformance").exitCode()).isEqualTo(2);
        assertThat(CommandLineRun.of("conformance", "localhost").exitCode()).isEqualTo(2);
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        CommandLineRun nobody = CommandLineRun.of("conformance", "http://127.0.0.1:" + port);
        assertThat(nobody.exitCode()).isEqualTo(4);
        assertThat(nobody.err()).contains("nothing answers at http://127.0.0.1:" + port);
    }

    private Documents models() throws IOException {
        CommandLineRun written = CommandLineRun.of("conformance", "--write-models", folder.toString());
        assertThat(written.exitCode()).as(written.err()).isZero();
        StringBuilder documents = new StringBuilder();
        for (String name : SERVED) {
            assertThat(folder.resolve("identity_" + name + "/config.pbtxt"))
                    .content()
                    .contains("identity_" + name);
            documents.append("""
                    ---
                    apiVersion: penstock.io/v1alpha1
                    kind: InferencePipeline
                    metadata: {name: identity-%1$s}
                    spec: {model: {name: identity_%1$s, uri: identity_%1$s/1/model.onnx}}
                    """.formatted(name));
        }
        Path file = Files.writeString(folder.resolve("models.yaml"), documents);
        return Checkout.onFreePort(Documents.read(List.of(file.toString())));
    }
}
