package io.penstock.app;

import io.penstock.connectors.files.FilesSink;
import io.penstock.connectors.sqlite.SqliteStore;
import io.penstock.pipeline.PipelineWithSinks;
import io.penstock.pipeline.ResultStore;
import io.penstock.pipeline.SinkException;
import io.penstock.pipeline.StepPipeline;
import io.penstock.spec.SinkSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the sinks that a document names, and puts them behind its steps. */
final class SinkAssembler {
    private final Engine engine;

    SinkAssembler(Engine engine) {
        this.engine = engine;
    }

    PipelineWithSinks around(StepPipeline steps, Target target) {
        List<PipelineWithSinks.Outlet> outlets = new ArrayList<>();
        Optional<ResultStore> store = Optional.empty();
        boolean opened = false;
        try {
            for (SinkSpec spec : target.pipeline().spec().sinks()) {
                switch (spec) {
                    case SinkSpec.Store.Sqlite sqlite -> {
                        SqliteStore kept = open(target.pipeline().name(), sqlite);
                        outlets.add(new PipelineWithSinks.Outlet(kept, kept.counters()));
                        store = Optional.of(kept);
                    }
                    case SinkSpec.Files files -> {
                        long before = outlets.stream()
                                .filter(outlet -> outlet.sink() instanceof FilesSink)
                                .count();
                        FilesSink folder = open(target, files, before == 0 ? "files" : "files-" + (before + 1));
                        outlets.add(new PipelineWithSinks.Outlet(folder, folder.counters()));
                    }
                }
            }
            opened = true;
            return new PipelineWithSinks(steps, outlets, store);
        } finally {
            if (!opened) {
                outlets.forEach(outlet -> outlet.sink().close());
            }
        }
    }

    private FilesSink open(Target target, SinkSpec.Files spec, String name) {
        return new FilesSink(
                name,
                target.pipeline().name(),
                target.folder().resolve(spec.directory()).normalize(),
                spec,
                new FilesSink.Drawing(engine.codec(), engine.painter()));
    }

    private SqliteStore open(String pipeline, SinkSpec.Store.Sqlite spec) {
        try {
            return engine.database().store(pipeline, spec);
        } catch (SinkException e) {
            throw new CommandException(ExitCode.FAILED, "pipeline " + pipeline + ": " + e.sentence(), e);
        }
    }
}
