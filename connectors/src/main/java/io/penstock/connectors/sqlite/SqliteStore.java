package io.penstock.connectors.sqlite;

import io.penstock.pipeline.Result;
import io.penstock.pipeline.ResultJson;
import io.penstock.pipeline.ResultQuery;
import io.penstock.pipeline.ResultStore;
import io.penstock.pipeline.Sink;
import io.penstock.pipeline.SinkCounters;
import io.penstock.pipeline.SinkWriter;
import io.penstock.pipeline.StoredResult;
import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.call.Deadline;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One pipeline's results in the embedded database: each request's, and one row a second of each live stream, or each
 * frame's where that is asked for. A result whose id is stored already replaces it.
 *
 * <p>Threads: any number write and read; a stream's results come one at a time.
 */
public final class SqliteStore implements Sink, ResultStore {
    private static final Duration CLOSING = Duration.ofSeconds(5);
    /** So that who asks right after an answer finds it; a slow disk holds a query up no longer. */
    private static final Duration JUST_PUT = Duration.ofSeconds(1);

    private final String pipeline;
    private final boolean everyFrame;
    private final SinkCounters counters;
    private final SinkWriter<Row> writer;
    private final RowReader reader;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, StreamSecond> seconds = new HashMap<>();

    SqliteStore(String pipeline, boolean everyFrame, SinkWriter<Row> writer, RowReader reader) {
        this.pipeline = pipeline;
        this.everyFrame = everyFrame;
        this.writer = writer;
        this.reader = reader;
        this.counters = new SinkCounters("store", writer::isFailing);
    }

    public SinkCounters counters() {
        return counters;
    }

    @Override
    public void write(Result result, Picture picture) throws InterruptedException {
        Optional<String> stream = result.origin().map(Result.Origin::stream);
        if (stream.isEmpty() || everyFrame) {
            Row.Origin origin = new Row.Origin(stream.isEmpty(), counters);
            writer.put(Row.of(result.id(), pipeline, stream, result.timestamp(), ResultJson.write(result), origin));
            return;
        }
        Optional<StreamSecond> ended =
                addToSecond(result, stream.get(), result.origin().orElseThrow().frame());
        if (ended.isPresent()) {
            put(stream.get(), ended.get());
        }
    }

    /** Adds the result to the second it belongs to; the one before it, where this begins another. */
    private Optional<StreamSecond> addToSecond(Result result, String stream, long frame) {
        lock.lock();
        try {
            StreamSecond current = seconds.get(stream);
            Optional<StreamSecond> ended = Optional.empty();
            if (current == null || !current.isOf(result)) {
                ended = Optional.ofNullable(current);
                current = new StreamSecond(result, stream);
                seconds.put(stream, current);
            }
            current.add(result, frame);
            return ended;
        } finally {
            lock.unlock();
        }
    }

    private void put(String stream, StreamSecond second) throws InterruptedException {
        Row.Origin origin = new Row.Origin(false, counters);
        writer.put(Row.of(second.id(), pipeline, Optional.of(stream), second.began(), second.json(), origin));
    }

    @Override
    public List<StoredResult> newest(ResultQuery query, Deadline deadline) throws InterruptedException {
        Duration left = Duration.ofNanos(Math.max(1, deadline.remainingNanos()));
        writer.awaitSettled(counters, left.compareTo(JUST_PUT) < 0 ? left : JUST_PUT);
        return reader.newest(pipeline, query, deadline);
    }

    /** Writes the seconds that have begun and waits until all is written, at most five seconds. */
    @Override
    public void close() {
        Map<String, StreamSecond> begun;
        lock.lock();
        try {
            begun = new HashMap<>(seconds);
            seconds.clear();
        } finally {
            lock.unlock();
        }
        try {
            for (Map.Entry<String, StreamSecond> each : begun.entrySet()) {
                put(each.getKey(), each.getValue());
            }
            writer.awaitSettled(counters, CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
