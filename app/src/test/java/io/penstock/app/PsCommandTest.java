package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.backend.onnxruntime.TinyOnnx;
import io.penstock.media.FfmpegNatives;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class PsCommandTest {
    @TempDir
    private Path folder = Path.of("");

    /** A process takes its libraries from one folder for good, and these tests' own ones are removed. */
    @BeforeAll
    static void keepLibraries() {
        FfmpegNatives.useCache(UserFolders.of(System.getenv()).cache().resolve("natives"));
    }

    private final PrintWriter err = new PrintWriter(new StringWriter());

    @Test
    void showsWhatRunsAndForgetsWhatIsGone() throws Exception {
        UserFolders folders = new UserFolders(folder.resolve("cache"), folder.resolve("state"));
        String model =
                TinyOnnx.identity(1, -1, 4).write(folder.resolve("tiny.onnx")).toString();
        Documents documents = Checkout.onFreePort(Documents.read(List.of(model)));
        Path stale = folders.state().resolve("run/4194304.json");
        try (Engine engine = Engine.start(folders, documents.server());
                ServerProcess process = new ServerProcess(engine, documents, Instant.now())) {
            String address = "http://127.0.0.1:" + process.start();
            try (RunRecord.Announcement _ = RunRecord.announce(folders, address, err)) {
                Files.writeString(
                        stale,
                        "{\"pid\":4194304,\"address\":\"http://127.0.0.1:1\",\"started\":\"2026-01-01T00:00:00Z\","
                                + "\"processStartMillis\":1}");
                CommandLineRun json = CommandLineRun.in(folders, "ps", "-o", "json");
                assertThat(json.exitCode()).as(json.err()).isZero();
                List<?> rows = (List<?>) TreeText.parse(json.out());
                assertThat(rows).hasSize(1);
                Map<?, ?> row = (Map<?, ?>) rows.getFirst();
                assertThat(row.get("pid")).isEqualTo(ProcessHandle.current().pid());
                assertThat(row.get("address")).isEqualTo(address);
                assertThat(row.get("models")).isEqualTo(List.of("tiny"));
                assertThat(row.get("bytesInFlight")).isEqualTo(0L);
                assertThat(row.get("idleSince")).isEqualTo(row.get("started"));
                assertThat(stale).doesNotExist();
                assertThat(CommandLineRun.in(folders, "ps").out())
                        .contains("ADDRESS", address, "tiny", "0 B")
                        .doesNotContain("does not answer");
            }
            process.drain(Duration.ofSeconds(5));
        }
        assertThat(CommandLineRun.in(folders, "ps", "-o", "yaml").out().strip()).isEqualTo("[]");
    }

    @Test
    void aServerThatDoesNotAnswerIsShownAsThat() throws Exception {
        UserFolders folders = new UserFolders(folder.resolve("cache"), folder.resolve("state"));
        try (RunRecord.Announcement _ = RunRecord.announce(folders, "http://127.0.0.1:1", err)) {
            assertThat(CommandLineRun.in(folders, "ps").out()).contains("does not answer");
        }
    }
}
