package io.penstock.pipeline;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.pipeline.frame.PictureException;
import io.penstock.pipeline.frame.PixelFormat;
import io.penstock.pipeline.frame.ResultPainter;
import io.penstock.serving.call.Deadline;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A pipeline that finds one car in whatever it is sent, and a stream that the test publishes to. */
public final class FakePipeline implements Pipeline, PictureCodec, ResultPainter {
    public volatile LiveStream stream = new LiveStream("gate", new StreamCounters(), Duration.ofMillis(1));
    /** What every picture is encoded as. */
    public volatile byte[] jpeg = "a jpeg".getBytes(StandardCharsets.UTF_8);
    /** JPEGs made so far. */
    public final AtomicInteger encoded = new AtomicInteger();
    /** Pictures shown to viewers and not yet given back. */
    public final AtomicInteger open = new AtomicInteger();

    public final SinkCounters sink = new SinkCounters("store", () -> true);
    /** Run in each request, on its thread. */
    public volatile Runnable asked = () -> {};

    /** Where its results are read from; empty until a test gives it one. */
    public volatile Optional<ResultStore> store = Optional.empty();

    @Override
    public String name() {
        return "street";
    }

    @Override
    public String modelName() {
        return "echo";
    }

    @Override
    public List<String> mediaTypes() {
        return List.of("image/jpeg", "image/png");
    }

    @Override
    public Answer infer(String requestId, Payload payload, Deadline deadline) {
        asked.run();
        String text = new String(payload.bytes().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        if (text.equals("broken")) {
            throw new PictureException(PictureException.Reason.DAMAGED, "the picture is damaged");
        }
        return new Answer(result(requestId, Optional.empty()), picture());
    }

    @Override
    public List<LiveStream> streams() {
        return List.of(stream);
    }

    @Override
    public List<SinkCounters> sinks() {
        return List.of(sink);
    }

    @Override
    public Optional<ResultStore> store() {
        return store;
    }

    /** As if the sink had stored one result and dropped another. */
    public void countStoredAndDropped() {
        sink.countReceived();
        sink.countReceived();
        sink.countStored();
        sink.countDropped();
    }

    /** Shows one more frame to the stream's viewers. */
    public void publish(long frame) {
        stream.counters().countCaptured();
        stream.counters().countInferred(1_000_000);
        Result result = result("street/gate/0/" + frame, Optional.of(new Result.Origin("gate", frame)));
        stream.publish(new LiveFrame(result, counted(), this, this));
    }

    /** Ends the stream, and begins another one of the same name. */
    public void replaceStream() {
        stream.close();
        stream = new LiveStream("gate", new StreamCounters(), Duration.ofMillis(1));
    }

    /** Waits until only so many pictures are held; a test's own time limit ends a wait in vain. */
    public void awaitOpen(int pictures) {
        while (open.get() > pictures) {
            Thread.onSpinWait();
        }
    }

    private Picture counted() {
        open.incrementAndGet();
        Picture.Plane plane = new Picture.Plane(MemorySegment.ofArray(new byte[12]), 6);
        return new Picture(2, 2, PixelFormat.RGB24, ColourSpace.BT601_FULL, List.of(plane), open::decrementAndGet);
    }

    private static Picture picture() {
        return Picture.rgb(2, 2, MemorySegment.ofArray(new byte[12]));
    }

    private static Result result(String id, Optional<Result.Origin> origin) {
        Findings findings = new Findings(List.of(new Detection("car", 2, 0.9f, new Box(1, 2, 3, 4))));
        Result.Timings timings =
                new Result.Timings(Duration.ZERO, Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(3));
        return new Result(id, "street", origin, Instant.EPOCH, 2, 2, findings, timings);
    }

    @Override
    public Picture decode(MemorySegment encoded) {
        return picture();
    }

    @Override
    public byte[] encodeJpeg(Picture picture, int quality) {
        encoded.incrementAndGet();
        return jpeg;
    }

    @Override
    public byte[] encodeSmallJpeg(Picture picture, int maxWidth, int quality) {
        encoded.incrementAndGet();
        return "a tile".getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] encodePng(Picture picture) {
        return "a png".getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Picture paint(Picture picture, Findings findings) {
        return picture();
    }
}
