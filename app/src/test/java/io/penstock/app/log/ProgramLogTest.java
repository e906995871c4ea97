package io.penstock.app.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.server.net.RequestObserver;
import io.penstock.server.net.RequestObserver.RequestHead;
import io.penstock.serving.call.RequestScope;
import io.penstock.spec.ServerSpec;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ProgramLogTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    private String lines() {
        return written.toString(StandardCharsets.UTF_8);
    }

    private ProgramLog log(ServerSpec.Log.Format format, ServerSpec.Log.Requests requests, boolean terminal) {
        return new ProgramLog(
                new ServerSpec.Log(format, ServerSpec.Log.Level.INFO, requests),
                new PrintStream(written, true, StandardCharsets.UTF_8),
                () -> terminal);
    }

    private static void ask(ProgramLog log, String path, int status) {
        RequestHead head = new RequestHead(
                "mine-1",
                "http/1.1",
                "POST",
                path,
                name -> name.equals("authorization") ? Optional.of("Bearer topsecret") : Optional.empty());
        log.requests(RequestObserver.NONE).began(head).ended(new RequestObserver.Outcome(status, "roads", 10, 20));
    }

    @Test
    void writesARequestAsOneObjectALineWithoutAnythingSecret() {
        try (ProgramLog log = log(ServerSpec.Log.Format.JSON, ServerSpec.Log.Requests.ALL, true)) {
            ask(log, "/v2/models/a\"b\n/infer", 200);
        }
        assertThat(lines().lines()).hasSize(1);
        assertThat(lines())
                .startsWith("{\"timestamp\":\"")
                .endsWith("}}\n")
                .contains("\"severity_text\":\"INFO\"")
                .contains("\"penstock.request.id\":\"mine-1\"")
                .contains("\"http.request.method\":\"POST\"")
                .contains("\"url.path\":\"/v2/models/a\\\"b\\n/infer\"")
                .contains("\"http.response.status_code\":200")
                .contains("\"http.request.body.size\":10")
                .containsPattern("\"http.server.request.duration\":[0-9.E-]+,")
                .contains("\"penstock.key\":\"roads\"")
                .doesNotContain("topsecret");
    }

    @Test
    void writesTextForATerminalAndObjectsElsewhereWhereTheDocumentLeavesItOpen() {
        try (ProgramLog log = log(ServerSpec.Log.Format.AUTO, ServerSpec.Log.Requests.ALL, true)) {
            ask(log, "/a\nb\u001b[2J", 404);
        }
        assertThat(lines().lines()).as("a caller cannot begin a line").hasSize(1);
        assertThat(lines())
                .matches(
                        "(?s)\\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  http/1.1 POST /a b \\[2J 404 \\d+\\.\\d ms \\[mine-1]\n");
        written.reset();
        try (ProgramLog log = log(ServerSpec.Log.Format.AUTO, ServerSpec.Log.Requests.ALL, false)) {
            ask(log, "/a", 404);
        }
        assertThat(lines()).startsWith("{");
    }

    @Test
    void writesWhatTheServerFailedWhereOnlyThatIsAskedFor() {
        try (ProgramLog log = log(ServerSpec.Log.Format.JSON, ServerSpec.Log.Requests.ERRORS, false)) {
            ask(log, "/fine", 200);
            ask(log, "/wrong", 404);
            ask(log, "/broken", 500);
        }
        assertThat(lines().lines()).singleElement().asString().contains("/broken", "\"ERROR\"");
        written.reset();
        try (ProgramLog log = log(ServerSpec.Log.Format.JSON, ServerSpec.Log.Requests.NONE, false)) {
            assertThat(log.requests(RequestObserver.NONE)).isSameAs(RequestObserver.NONE);
        }
    }

    @Test
    void namesTheRequestDuringWhichTheProgramLogs() {
        System.Logger logger = System.getLogger("io.penstock.app.log.ProgramLogTest");
        try (ProgramLog log = log(ServerSpec.Log.Format.JSON, ServerSpec.Log.Requests.NONE, false)) {
            log.takeOver();
            RequestScope.within(
                    new RequestScope("mine-2", Optional.empty()),
                    () -> logger.log(System.Logger.Level.ERROR, "it broke", new IllegalStateException("why")));
            logger.log(System.Logger.Level.DEBUG, "below what is asked for");
        }
        List<String> ours =
                lines().lines().filter(line -> line.contains("ProgramLogTest")).toList();
        assertThat(ours)
                .singleElement()
                .asString()
                .contains("\"body\":\"it broke\"")
                .contains("\"penstock.request.id\":\"mine-2\"")
                .contains("\"exception.type\":\"java.lang.IllegalStateException\"");
    }

    @Test
    void dropsLinesAndSaysSoWhereNobodyReads() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        OutputStream slow = new OutputStream() {
            @Override
            public void write(int b) {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                try {
                    reading.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                written.write(bytes, offset, length);
            }
        };
        int asked = LogLines.MOST_WAITING + 100;
        try (LogLines lines = new LogLines(new PrintStream(slow, true, StandardCharsets.UTF_8), () -> LogFormat.TEXT)) {
            for (int i = 0; i < asked; i++) {
                lines.add(new LogEntry(
                        Instant.EPOCH, "INFO", "here", "line", Optional.empty(), List.of(), Optional.empty()));
            }
            reading.countDown();
        }
        assertThat(lines()).contains("lines were dropped");
        assertThat(lines().lines().count()).isBetween((long) LogLines.MOST_WAITING, (long) asked);
    }
}
