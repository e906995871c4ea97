package io.penstock.benchmarks;

import static java.util.Objects.requireNonNull;

import io.penstock.pipeline.frame.Detection;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Time and allocation of each stage of a street frame; run with {@code -prof gc}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
public class StreetFrameBenchmark {
    private @Nullable StreetStages stages;

    @Setup(Level.Trial)
    public void setUp() {
        stages = new StreetStages(Path.of(System.getProperty("penstock.model", "samples/street/street-detector.onnx")));
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        stages().close();
    }

    @Benchmark
    public int render() {
        return stages().render();
    }

    @Benchmark
    public Object writeTensor() {
        return stages().write();
    }

    @Benchmark
    public long execute() {
        return stages().execute();
    }

    @Benchmark
    public List<Detection> readBoxes() {
        return stages().decode();
    }

    private StreetStages stages() {
        return requireNonNull(stages);
    }
}
