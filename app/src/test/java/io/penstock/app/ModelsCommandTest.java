package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.media.FfmpegNatives;
import io.penstock.serving.FetchProgress;
import io.penstock.serving.HeldModel;
import io.penstock.serving.ModelFetcher;
import io.penstock.spec.ModelUri;
import io.penstock.spec.ServerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ModelsCommandTest {
    @TempDir
    private Path folder = Path.of("");

    /** A process takes its libraries from one folder for good, and these tests' own ones are removed. */
    @BeforeAll
    static void keepLibraries() {
        FfmpegNatives.useCache(UserFolders.of(System.getenv()).cache().resolve("natives"));
    }

    private final ModelServer server;

    ModelsCommandTest() throws IOException {
        server = new ModelServer();
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void pullsListsAndRemoves() throws IOException {
        String uri = server.uri("/tiny.onnx");
        CommandLineRun pull = run("models", "pull", uri);
        assertThat(pull.exitCode()).as(pull.err()).isZero();
        assertThat(Path.of(pull.out().strip())).exists().hasFileName("tiny.onnx");
        assertThat(pull.err().lines()).hasSize(2).allMatch(line -> line.startsWith("tiny.onnx: "));

        assertThat(run("models", "list").out().lines().toList())
                .hasSize(2)
                .first()
                .asString()
                .matches("MODEL +SIZE +SHA256 +FETCHED +LAST USED");
        Map<?, ?> row = (Map<?, ?>)
                ((List<?>) TreeText.parse(run("models", "list", "-o", "json").out())).getFirst();
        assertThat(row.get("uri")).isEqualTo(uri);
        assertThat(row.get("sha256")).asString().hasSize(64);
        assertThat(run("models", "list", "-o", "yaml").out()).startsWith("- uri: \"" + uri + "\"\n  bytes: ");

        assertThat(run("models", "rm", "--unused-for", "30d").out()).isEmpty();
        assertThat(run("models", "rm", uri).out()).startsWith("removed " + uri);
        CommandLineRun again = run("models", "rm", uri);
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains(uri + " is not in the cache");
    }

    @Test
    void pullAsksForANewerVersionAtOnce() {
        run("models", "pull", server.uri("/tiny.onnx"));
        assertThat(run("models", "pull", server.uri("/tiny.onnx")).exitCode()).isZero();
        assertThat(server.requests()).isEqualTo(2);
    }

    @Test
    void aWrongHashIsRefusedAndAnAbsentServerIsUnreachable() throws IOException {
        CommandLineRun wrong = run("models", "pull", server.uri("/tiny.onnx"), "--sha256", "0".repeat(64));
        assertThat(wrong.exitCode()).isEqualTo(3);
        assertThat(wrong.err()).contains("has another sha256", "0".repeat(64));
        assertThat(run("models", "pull", server.uri("/none.onnx")).exitCode()).isEqualTo(4);
        assertThat(run("models", "pull", "s3://bucket/m.onnx").err()).contains("http://, https:// or hf:");
        assertThat(run("models", "pull", "m.onnx").exitCode()).isEqualTo(2);
        assertThat(run("models", "rm").exitCode()).isEqualTo(2);
        assertThat(run("models", "rm", "--all", "--unused-for", "1d").exitCode())
                .isEqualTo(2);
    }

    @Test
    void whatIsInUseStays() throws InterruptedException {
        String uri = server.uri("/tiny.onnx");
        try (ModelFetcher fetcher = Engine.fetcher(folders(), FetchProgress.SILENT, ServerSpec.defaults());
                HeldModel _ = fetcher.fetch(new ModelFetcher.Wanted(ModelUri.parse(uri), Optional.empty(), false))) {
            for (String[] how : new String[][] {{"models", "rm", uri}, {"models", "rm", "--all"}}) {
                CommandLineRun rm = run(how);
                assertThat(rm.exitCode()).isEqualTo(1);
                assertThat(rm.err()).contains(uri + " is in use by a running process");
            }
        }
        assertThat(run("models", "rm", "--all").exitCode()).isZero();
        assertThat(run("models", "list", "-o", "json").out().strip()).isEqualTo("[]");
    }

    @Test
    void showsWhatAModelIsMadeOf() throws IOException {
        CommandLineRun show = run("models", "show", Checkout.detector().toString());
        assertThat(show.exitCode()).as(show.err()).isZero();
        assertThat(show.out()).containsPattern("family +\\S+").containsPattern("operators +.*Conv \\d+");

        Map<?, ?> json = (Map<?, ?>) TreeText.parse(
                run("models", "show", "-o", "json", Checkout.sample().toString())
                        .out());
        assertThat(json.get("name")).isEqualTo("street-detector");
        assertThat((Long) json.get("parameters")).isPositive();
        assertThat(json.get("evidence"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .isNotEmpty();

        String uri = server.uri("/tiny.onnx");
        CommandLineRun absent = run("models", "show", uri);
        assertThat(absent.exitCode()).isEqualTo(3);
        assertThat(absent.err()).contains("penstock models pull " + uri);
        run("models", "pull", uri);
        assertThat(run("models", "show", uri, "-o", "yaml").out())
                .contains("name: tiny", "family: unknown", "operators:\n  Identity: 1", "      - -1\n      - 4");
    }

    @Test
    void anInterruptEndsAStartThatIsFetching() throws Exception {
        Path document = Files.writeString(folder.resolve("slow.yaml"), """
                apiVersion: penstock.io/v1alpha1
                kind: InferencePipeline
                metadata: {name: slow}
                spec:
                  model: {uri: "%s"}
                """.formatted(server.uri("/slow.onnx")));
        ProcessBuilder program = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", "")),
                "io.penstock.app.Main",
                "run",
                "--port",
                "0",
                document.toString());
        program.environment().put("PENSTOCK_CACHE", folder.resolve("cache").toString());
        program.environment().put("PENSTOCK_STATE", folder.resolve("state").toString());
        Path said = folder.resolve("said.txt");
        program.redirectErrorStream(true).redirectOutput(said.toFile());
        Process process = program.start();
        boolean fetching = server.awaitSlowRequest(Duration.ofSeconds(30));
        assertThat(fetching)
                .as(() -> "alive: " + process.isAlive()
                        + (process.isAlive() ? "" : ", ended with " + process.exitValue()))
                .isTrue();
        Instant asked = Instant.now();
        process.destroy(); // SIGTERM
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(10));
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
        assertThat(Files.readString(said)).contains("Stopped before it was ready.");
    }

    private UserFolders folders() {
        return new UserFolders(folder.resolve("cache"), folder.resolve("state"));
    }

    private CommandLineRun run(String... arguments) {
        return CommandLineRun.in(folders(), arguments);
    }
}
