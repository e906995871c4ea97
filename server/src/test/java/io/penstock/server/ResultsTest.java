package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.ResultQuery;
import io.penstock.pipeline.ResultStore;
import io.penstock.pipeline.StoredResult;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ResultsTest {
    private static final String PATH = "/pipelines/street/results";
    private final Shelf shelf = new Shelf();
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer();
        server.pipeline.store = Optional.of(shelf);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void showsStoredJsonAsItIs() throws Exception {
        shelf.rows.add(new StoredResult(
                "r \"1\"", "street", Optional.empty(), Instant.parse("2026-11-22T10:00:00.040Z"), "{\"a\": 1.50}"));
        shelf.rows.add(new StoredResult("s", "street", Optional.of("gate"), Instant.EPOCH, "{}"));

        HttpResponse<String> answer = server.get(PATH);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(answer.body())
                .isEqualTo("{\"results\":[{\"requestId\":\"r \\\"1\\\"\",\"pipeline\":\"street\","
                        + "\"createdAt\":\"2026-11-22T10:00:00.040Z\",\"result\":{\"a\": 1.50}},"
                        + "{\"requestId\":\"s\",\"pipeline\":\"street\",\"stream\":\"gate\","
                        + "\"createdAt\":\"1970-01-01T00:00:00.000Z\",\"result\":{}}]}");
    }

    @Test
    void anEmptyStoreIsAnEmptyList() throws Exception {
        assertThat(server.get(PATH).body()).isEqualTo("{\"results\":[]}");
        assertThat(shelf.asked).isEqualTo(new ResultQuery(Optional.empty(), Optional.empty(), Optional.empty(), 100));
    }

    @Test
    void passesOnWhatIsAskedFor() throws Exception {
        server.get(PATH + "?since=2026-11-22T10:00:00Z&stream=gate&before=r%2F1&limit=7");

        assertThat(shelf.asked)
                .isEqualTo(new ResultQuery(
                        Optional.of(Instant.parse("2026-11-22T10:00:00Z")),
                        Optional.of("gate"),
                        Optional.of("r/1"),
                        7));
    }

    @Test
    void aDurationCountsBackFromNow() throws Exception {
        Instant before = Instant.now().minus(Duration.ofMinutes(10));
        server.get(PATH + "?since=10m");
        Instant after = Instant.now().minus(Duration.ofMinutes(10));

        assertThat(shelf.asked.since().orElseThrow()).isBetween(before, after);
    }

    @Test
    void aFarInstantIsBroughtNear() throws Exception {
        server.get(PATH + "?since=-1000000000-01-01T00:00:00Z");
        assertThat(shelf.asked.since()).contains(Instant.EPOCH);

        server.get(PATH + "?since=%2B1000000000-12-31T23:59:59Z");
        assertThat(shelf.asked.since().orElseThrow()).isBeforeOrEqualTo(Instant.now());
    }

    @Test
    void aWrongParameterIsNamed() throws Exception {
        assertRefused("?limit=0", "limit must be from 1 to 1000: 0");
        assertRefused("?limit=1001", "limit must be from 1 to 1000: 1001");
        assertRefused("?limit=many", "limit must be from 1 to 1000: many");
        assertRefused(
                "?since=yesterday",
                "since must be an instant such as 2026-11-22T10:00:00Z, or a duration such as"
                        + " 10m or 2h: yesterday");
        assertRefused(
                "?since=2026-13-01T00:00:00Z",
                "since must be an instant such as 2026-11-22T10:00:00Z, or a"
                        + " duration such as 10m or 2h: 2026-13-01T00:00:00Z");
        assertRefused("?stream=yard", "stream must be one of gate: yard");
        assertRefused("?label=car", "unknown parameter label; allowed here: since, stream, before, limit");
        assertRefused("?limit=1&limit=2", "the parameter limit is given twice");
        assertRefused("?since=%25GG%", "the query has a wrong percent escape: %25GG%");
    }

    @Test
    void whatTheStoreRefusesReachesTheCaller() throws Exception {
        shelf.refusal = Optional.of(new ServingException(ErrorCode.NOT_READY, "the disk is away"));

        HttpResponse<String> answer = server.get(PATH);

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("{\"error\":\"the disk is away\"}");
    }

    @Test
    void withoutAStoreItSaysWhichLinesAddOne() throws Exception {
        server.pipeline.store = Optional.empty();

        HttpResponse<String> answer = server.get(PATH);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("sinks: [{store: {sqlite: {}}}]");
        assertThat(server.get("/pipelines/nobody/results").statusCode()).isEqualTo(404);
    }

    @Test
    void showsWhatBecameOfResultsInFiguresAndMetrics() throws Exception {
        server.pipeline.countStoredAndDropped();

        assertThat(server.get("/dashboard/stats").body())
                .contains("\"sinks\":{\"street/store\":{\"received\":2,\"stored\":1,\"dropped\":1,\"failed\":0,"
                        + "\"waiting\":0,\"failing\":true}}");
        assertThat(server.get("/metrics").body())
                .contains("penstock_sink_results_total{outcome=\"stored\",pipeline=\"street\",sink=\"store\"} 1.0")
                .contains("penstock_sink_results_total{outcome=\"dropped\",pipeline=\"street\",sink=\"store\"} 1.0")
                .contains("penstock_sink_failing{pipeline=\"street\",sink=\"store\"} 1.0");
    }

    private void assertRefused(String query, String sentence) throws Exception {
        String escaped = query.endsWith("%") ? query : query.replace(" ", "%20");
        try (RawClient client = new RawClient(server.port)) {
            client.send("GET " + PATH + escaped + " HTTP/1.1\r\nhost: localhost\r\n\r\n");
            assertThat(client.response())
                    .as(query)
                    .startsWith("HTTP/1.1 400")
                    .contains("{\"error\":\"" + sentence + "\"}");
        }
    }

    /** Gives back what a test laid there, and remembers what it was asked for. */
    private static final class Shelf implements ResultStore {
        private final List<StoredResult> rows = new ArrayList<>();
        private Optional<ServingException> refusal = Optional.empty();
        private volatile ResultQuery asked =
                new ResultQuery(Optional.empty(), Optional.empty(), Optional.empty(), ResultQuery.MOST);

        @Override
        public List<StoredResult> newest(ResultQuery query, Deadline deadline) {
            asked = query;
            if (refusal.isPresent()) {
                throw refusal.get();
            }
            return List.copyOf(rows);
        }
    }
}
