package io.penstock.app;

import io.penstock.serving.CachedModel;
import io.penstock.serving.FetchProgress;
import io.penstock.serving.ModelFetcher;
import io.penstock.spec.ServerSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the models in the cache. */
@Command(
        name = "list",
        description = {"Lists the models in the cache, the last used first.", ""},
        mixinStandardHelpOptions = true)
final class ModelsListCommand implements Callable<Integer> {
    private static final List<String> HEADINGS = List.of("MODEL", "SIZE", "SHA256", "FETCHED", "LAST USED");
    private static final int SHORT_DIGITS = 12;

    private final Console console;
    private final UserFolders folders;

    @Option(names = "-o", paramLabel = "table|json|yaml", description = "How the list is written. Default: table.")
    private Listing.Format output = Listing.Format.TABLE;

    ModelsListCommand(Console console, UserFolders folders) {
        this.console = console;
        this.folders = folders;
    }

    @Override
    public Integer call() {
        try (ModelFetcher fetcher = Engine.fetcher(folders, FetchProgress.SILENT, ServerSpec.defaults())) {
            listing(fetcher.cache().all(), Instant.now()).write(console.out(), output);
        }
        return ExitCode.DONE.number();
    }

    static Listing listing(List<CachedModel> models, Instant now) {
        List<List<String>> cells = new ArrayList<>();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (CachedModel model : models) {
            cells.add(List.of(
                    model.uri(),
                    HumanSize.text(model.bytes()),
                    model.sha256().substring(0, SHORT_DIGITS),
                    Ago.text(model.times().fetched(), now),
                    Ago.text(model.times().used(), now)));
            rows.add(row(model));
        }
        return new Listing(HEADINGS, cells, rows);
    }

    static Map<String, Object> row(CachedModel model) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("uri", model.uri());
        row.put("bytes", model.bytes());
        row.put("sha256", model.sha256());
        row.put("fetchedAt", model.times().fetched().toString());
        row.put("lastUsedAt", model.times().used().toString());
        row.put("file", model.file().toString());
        return row;
    }
}
