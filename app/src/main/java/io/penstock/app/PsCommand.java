package io.penstock.app;

import io.penstock.serving.call.ServingException;
import io.penstock.serving.net.Backoff;
import io.penstock.serving.net.OutboundHttp;
import io.penstock.serving.net.OutboundRequest;
import io.penstock.serving.net.OutboundResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists what of ours runs on this machine. */
@Command(
        name = "ps",
        description = {
            "Lists the servers of this user on this machine: their pipelines and loaded models, the memory of requests"
                    + " under way, and since when they are idle.",
            ""
        },
        mixinStandardHelpOptions = true)
final class PsCommand implements Callable<Integer> {
    private static final List<String> HEADINGS =
            List.of("PID", "ADDRESS", "PIPELINES", "MODELS", "MEMORY", "IDLE", "UP");
    private static final OutboundHttp.Limits LIMITS =
            new OutboundHttp.Limits(Duration.ofSeconds(1), Duration.ofSeconds(3));
    private static final int MOST_BYTES = 16 << 20;

    private final Console console;
    private final UserFolders folders;

    @Option(names = "-o", paramLabel = "table|json|yaml", description = "How the list is written. Default: table.")
    private Listing.Format output = Listing.Format.TABLE;

    PsCommand(Console console, UserFolders folders) {
        this.console = console;
        this.folders = folders;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        Instant now = Instant.now();
        List<List<String>> cells = new ArrayList<>();
        List<Map<String, Object>> rows = new ArrayList<>();
        try (OutboundHttp http = new OutboundHttp(LIMITS, Backoff.usual())) {
            for (RunRecord record : RunRecord.all(folders)) {
                Optional<Map<?, ?>> stats = stats(http, record);
                Map<String, Object> row = row(record, stats);
                rows.add(row);
                cells.add(cells(record, row, now));
            }
        }
        new Listing(HEADINGS, cells, rows).write(console.out(), output);
        return ExitCode.DONE.number();
    }

    /** What a server says of itself; empty where it does not answer. */
    private static Optional<Map<?, ?>> stats(OutboundHttp http, RunRecord record) throws InterruptedException {
        URI address = URI.create(record.address() + "/dashboard/stats");
        try {
            OutboundResponse response = http.get(new OutboundRequest(address, Map.of(), Optional.empty(), 1));
            try (InputStream body = response.body()) {
                String text = new String(body.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
                return response.status() == 200 && TreeText.parse(text) instanceof Map<?, ?> map
                        ? Optional.of(map)
                        : Optional.empty();
            }
        } catch (ServingException | IOException e) {
            return Optional.empty();
        }
    }

    private static Map<String, Object> row(RunRecord record, Optional<Map<?, ?>> stats) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("pid", record.pid());
        row.put("address", record.address());
        row.put("started", record.started().toString());
        row.put("answers", stats.isPresent());
        if (stats.isPresent()) {
            Map<?, ?> models = stats.get().get("models") instanceof Map<?, ?> map ? map : Map.of();
            row.put("pipelines", stats.get().get("pipelines") instanceof List<?> list ? list : List.of());
            row.put("models", models.keySet().stream().map(String::valueOf).toList());
            row.put("bytesInFlight", stats.get().get("bytesInFlight") instanceof Long bytes ? bytes : 0L);
            row.put("idleSince", lastRequest(models, record.started()).toString());
        }
        return row;
    }

    /** The last request to any model; the start where there was none. */
    private static Instant lastRequest(Map<?, ?> models, Instant start) {
        Instant last = start;
        for (Object model : models.values()) {
            if (model instanceof Map<?, ?> figures && figures.get("lastRequestAt") instanceof String text) {
                Instant at = Instant.parse(text);
                last = at.isAfter(last) ? at : last;
            }
        }
        return last;
    }

    private static List<String> cells(RunRecord record, Map<String, Object> row, Instant now) {
        boolean answers = row.containsKey("idleSince");
        return List.of(
                Long.toString(record.pid()),
                record.address(),
                answers ? joined(row.get("pipelines")) : "does not answer",
                joined(row.get("models")),
                row.get("bytesInFlight") instanceof Long bytes ? HumanSize.text(bytes) : "-",
                row.get("idleSince") instanceof String since
                        ? Ago.span(Duration.between(Instant.parse(since), now))
                        : "-",
                Ago.span(Duration.between(record.started(), now)));
    }

    private static String joined(@Nullable Object names) {
        return names instanceof List<?> list && !list.isEmpty()
                ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
                : "-";
    }
}
