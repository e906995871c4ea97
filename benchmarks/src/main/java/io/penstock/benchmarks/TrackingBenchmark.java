package io.penstock.benchmarks;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.vision.tracking.ByteTracker;
import io.penstock.vision.tracking.TrackingSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What following the objects of one frame costs: all move, one in ten is not found, one in ten is weak. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class TrackingBenchmark {
    private static final int FRAMES = 500;

    @Param({"20", "100", "300"})
    private int objects;

    private final List<List<Detection>> frames = new ArrayList<>();
    private final ByteTracker tracker = new ByteTracker(TrackingSettings.usual());
    private long frame;

    /** Objects go to and fro, so that the frames may follow one another for ever. */
    @Setup
    public void fill() {
        Random random = new Random(5);
        double[] phases = random.doubles(objects, 0, 2 * Math.PI).toArray();
        double[] heights = random.doubles(objects, 0, 1000).toArray();
        for (int at = 0; at < FRAMES; at++) {
            List<Detection> detections = new ArrayList<>();
            for (int i = 0; i < objects; i++) {
                double x = 960 + 900 * Math.sin(phases[i] + 2 * Math.PI * at / FRAMES) + random.nextGaussian();
                if (random.nextInt(10) > 0) {
                    float score = random.nextInt(10) == 0 ? 0.2f : 0.9f;
                    detections.add(new Detection("car", 2, score, new Box((float) x, (float) heights[i], 60, 60)));
                }
            }
            frames.add(List.copyOf(detections));
        }
    }

    @Benchmark
    public List<Detection> follow() {
        List<Detection> detections = frames.get((int) (frame % FRAMES));
        return tracker.update(detections, frame, Duration.ofMillis(40 * frame++));
    }
}
