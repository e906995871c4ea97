package io.penstock.connectors.files;

import io.penstock.pipeline.Result;
import io.penstock.pipeline.Sink;
import io.penstock.pipeline.SinkCounters;
import io.penstock.pipeline.SinkWriter;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.pipeline.frame.ResultPainter;
import io.penstock.spec.SinkSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One pipeline's results as files: below {@code DIRECTORY/PIPELINE/DAY} the annotated picture of each request in
 * {@code requests}, of each live stream one a second in {@code streams}, and a line of JSON of each in
 * {@code results.jsonl}. Days are those of UTC. Where one id is written twice, its picture is replaced, and its last
 * line counts.
 *
 * <p>Pictures that wait are bounded to 128 MiB, see {@link SinkWriter}; they are drawn and encoded by the sink's thread.
 *
 * <p>Threads: any number write; a stream's results come one at a time.
 */
public final class FilesSink implements Sink {
    private static final SinkWriter.Limits LIMITS = new SinkWriter.Limits(128L << 20, 1, Duration.ofSeconds(1));

    private final SinkWriter<Shot> writer;
    private final SinkCounters counters;
    private final Map<String, Long> lastSeconds = new ConcurrentHashMap<>();

    /** How pictures are drawn and encoded. */
    public record Drawing(PictureCodec codec, ResultPainter painter) {}

    /**
     * Starts its thread; the folder is made with the first file.
     *
     * @param name of its counters
     * @param directory as the document means it, resolved
     */
    public FilesSink(String name, String pipeline, Path directory, SinkSpec.Files spec, Drawing drawing) {
        this(name, pipeline, directory, spec, drawing, LIMITS);
    }

    FilesSink(
            String name,
            String pipeline,
            Path directory,
            SinkSpec.Files spec,
            Drawing drawing,
            SinkWriter.Limits limits) {
        Path folder = directory.resolve(SafeName.of(pipeline));
        FolderWriter target = new FolderWriter(
                folder,
                new FolderWriter.Wanted(spec.annotated(), spec.json()),
                drawing.codec(),
                drawing.painter(),
                new FolderSweep(folder, spec.retention()));
        this.writer = new SinkWriter<>(pipeline + "/" + name, target, limits);
        this.counters = new SinkCounters(name, writer::isFailing);
    }

    public SinkCounters counters() {
        return counters;
    }

    @Override
    public void write(Result result, Picture picture) throws InterruptedException {
        if (result.origin().isPresent() && !isFirstOfItsSecond(result)) {
            return;
        }
        writer.put(new Shot(result, picture.retain(), counters));
    }

    private boolean isFirstOfItsSecond(Result result) {
        long second = result.timestamp().getEpochSecond();
        String stream = result.origin().orElseThrow().stream();
        Long last = lastSeconds.put(stream, second);
        return last == null || last != second;
    }

    /** Writes what waits, at most ten seconds. */
    @Override
    public void close() {
        writer.close();
    }
}
