package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.backend.onnxruntime.TinyOnnx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class CommandsTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void versionSaysWhatRuns() {
        CommandLineRun run = CommandLineRun.of("version");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("penstock ").contains("Java 25");
    }

    @Test
    void helpNamesEveryCommandAndTheExitCodes() {
        CommandLineRun run = CommandLineRun.of("help");
        assertThat(run.out() + run.err())
                .contains("run", "validate", "infer", "evaluate", "scene", "version", "Exit codes")
                .doesNotContain("aot-train");
    }

    @Test
    void completionKnowsEveryCommandAndItsOptions() {
        for (String shell : List.of("bash", "zsh", "fish")) {
            CommandLineRun run = CommandLineRun.of("completion", shell);
            assertThat(run.exitCode()).isZero();
            assertThat(run.out()).contains("models", "pull", "port", "schema").doesNotContain("Exception");
        }
        assertThat(CommandLineRun.of("completion", "tcsh").exitCode()).isEqualTo(2);
    }

    @Test
    void schemaIsPrinted() {
        assertThat(CommandLineRun.of("schema").out()).startsWith("{").contains("json-schema.org/draft-07");
    }

    @Test
    void aFieldIsSetFromOutsideAndItsMistakeNamesTheFlag() {
        String document = write("set.yaml", document(model()));
        CommandLineRun run = CommandLineRun.of("run", document, "--set", "spec.model.instances=0", "--port", "0");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("--set spec.model.instances=0", "from 1 to 64");
        assertThat(CommandLineRun.of("run", document, "--set", "nonsense").exitCode())
                .isEqualTo(2);
    }

    @Test
    void theServersDocumentLiesBesideTheOthersOrIsNamed() {
        String document = write("served.yaml", document(model()));
        String server = write("penstock.yaml", """
                apiVersion: penstock.io/v1alpha1
                kind: Server
                spec: {listen: {port: 70000}}
                """);
        CommandLineRun beside = CommandLineRun.of("run", document);
        assertThat(beside.exitCode()).isEqualTo(3);
        assertThat(beside.err()).contains("penstock.yaml:3:", "spec.listen.port", "70000");
        write("other.yaml", "{apiVersion: penstock.io/v1alpha1, kind: Server, spec: {listen: {port: 0}}}");
        CommandLineRun named = CommandLineRun.of(
                "run", document, "--server", folder.resolve("other.yaml").toString(), "--duration", "100ms");
        assertThat(named.exitCode()).as(named.err()).isZero();
        assertThat(CommandLineRun.of("run", document, "--server", document, "--port", "0", "--duration", "100ms")
                        .err())
                .contains("holds no document of kind Server");
        assertThat(server).isNotEmpty();
    }

    @Test
    void wrongUsageEndsWith2AndNamesTheOption() {
        assertThat(CommandLineRun.of("run").exitCode()).isEqualTo(2);
        CommandLineRun typo = CommandLineRun.of("run", "--prot", "80", "x.onnx");
        assertThat(typo.exitCode()).isEqualTo(2);
        assertThat(typo.err()).contains("--prot");
        CommandLineRun duration = CommandLineRun.of("run", "--duration", "soon", model());
        assertThat(duration.exitCode()).isEqualTo(2);
        assertThat(duration.err()).contains("--duration must be a duration such as", "soon");
        CommandLineRun unknown = CommandLineRun.of("run", write("notes.txt", "hello"));
        assertThat(unknown.exitCode()).isEqualTo(2);
    }

    @Test
    void aTypoInADocumentEndsWith3AndSaysWhereAndWhatWasMeant() {
        String document = write("p.yaml", document("m.onnx").replace("model:", "modle:"));
        for (String command : List.of("run", "validate")) {
            CommandLineRun run = CommandLineRun.of(command, document);
            assertThat(run.exitCode()).isEqualTo(3);
            assertThat(run.err()).contains("p.yaml:5:3: spec.modle", "did you mean model?");
            assertThat(run.out()).isEmpty();
        }
    }

    @Test
    void missingAndDamagedModelsEndWith3AndOneSentence() throws IOException {
        CommandLineRun missing = CommandLineRun.of("validate", write("p.yaml", document("nowhere.onnx")));
        assertThat(missing.exitCode()).isEqualTo(3);
        assertThat(missing.err()).contains("there is no file", "nowhere.onnx");

        Path damaged = folder.resolve("damaged.onnx");
        byte[] whole = TinyOnnx.identity(1, 1).bytes();
        Files.write(damaged, Arrays.copyOf(whole, whole.length / 2));
        CommandLineRun run = CommandLineRun.of("run", "--port", "0", damaged.toString());
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err().strip().lines()).hasSize(1);
        assertThat(run.err()).contains("damaged.onnx").doesNotContain("Exception", "\tat ");
    }

    @Test
    void aPortInUseEndsWith1AndSaysWhatToDo() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CommandLineRun run = CommandLineRun.of("run", "--port", Integer.toString(taken.getLocalPort()), model());
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("port " + taken.getLocalPort() + " is in use", "--port");
        }
    }

    @Test
    void anyModelRunsWithoutADocumentAndEndsCleanly() throws IOException {
        Path stats = folder.resolve("stats.json");
        CommandLineRun run =
                CommandLineRun.of("run", "--port", "0", "--duration", "200ms", "--stats", stats.toString(), model());
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("is ready on http://127.0.0.1:", "Stop    Ctrl-C", "0 requests in 0 executions");
        assertThat(Files.readString(stats)).contains("\"startToReadySeconds\":", "\"tiny\":{\"requests\":0");
    }

    @Test
    void camerasNeedAModelThatFindsSomething() {
        String document = document("tiny.onnx").replace("spec:", """
                spec:
                  source: {streams: {cameras: [{name: gate, synthetic: {}}]}}""");
        model();
        CommandLineRun run = CommandLineRun.of("validate", write("p.yaml", document));
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("pipeline tiny has cameras");
    }

    @Test
    void exportedScenesAreTheSameForTheSameSeed() throws IOException {
        for (String name : List.of("one", "two")) {
            CommandLineRun run = CommandLineRun.of(
                    "scene",
                    "export",
                    "--seed",
                    "5",
                    "--frames",
                    "3",
                    "--every",
                    "2",
                    "--out",
                    folder.resolve(name).toString());
            assertThat(run.exitCode()).isZero();
        }
        for (String file :
                List.of("images/seed0005-frame000002.jpg", "labels/seed0005-frame000002.txt", "classes.txt")) {
            assertThat(folder.resolve("one").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("two").resolve(file));
        }
        assertThat(Files.readAllLines(folder.resolve("one/labels/seed0005-frame000000.txt")))
                .isNotEmpty()
                .allMatch(line -> line.matches("[0-5]( [01]\\.\\d{6}){4} [01]\\.\\d{3}"));
    }

    @Test
    void namesOfPipelinesAreDnsLabelsMadeOfTheFilesStem() {
        assertThat(Target.pipelineName("YOLOX_nano.416")).isEqualTo("yolox-nano-416");
        assertThat(Target.pipelineName("__")).isEqualTo("model");
        assertThat(Target.pipelineName("a".repeat(60))).hasSize(40);
    }

    @Test
    void foldersFollowHomeAndTheEnvironment() {
        assertThat(UserFolders.of(Map.of("HOME", "/h")).cache()).isEqualTo(Path.of("/h/.cache/penstock"));
        assertThat(UserFolders.of(Map.of("HOME", "/h", "XDG_STATE_HOME", "/s")).state())
                .isEqualTo(Path.of("/s/penstock"));
        assertThat(UserFolders.of(Map.of("PENSTOCK_CACHE", "/c", "HOME", "/h")).cache())
                .isEqualTo(Path.of("/c"));
    }

    private String model() {
        return TinyOnnx.identity(1, -1, 4).write(folder.resolve("tiny.onnx")).toString();
    }

    private String document(String uri) {
        return """
                apiVersion: penstock.io/v1alpha1
                kind: InferencePipeline
                metadata: {name: tiny}
                spec:
                  model: {uri: %s}
                """.formatted(uri);
    }

    private String write(String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
