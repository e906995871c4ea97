package io.penstock.benchmarks;

import io.penstock.serving.InferResponse;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.oip.OipAnswer;
import io.penstock.serving.oip.OipCodec;
import io.penstock.serving.oip.OipRequest;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

/**
 * Reads a request of {@code elements} numbers and writes the answer that echoes it, as JSON and as binary; run with
 * {@code -prof gc}: what is allocated must not grow with the elements.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
public class OipCodecBenchmark {
    private static final List<TensorSignature> TENSOR =
            List.of(new TensorSignature("x", DataType.FP32, Shape.of(1, Shape.ANY)));

    @Param({"1024", "150528"})
    private int elements;

    private final TensorPool pool = new TensorPool(1L << 28);
    private final OipCodec codec = new OipCodec(pool);
    private final ModelSignature signature = new ModelSignature("echo", TENSOR, TENSOR, Map.of());

    /** The two forms of one request, made once for each number of elements. */
    @State(Scope.Thread)
    public static class Bodies {
        private final TensorPool pool = new TensorPool(1L << 28);
        private TensorLease json = pool.allocate(1);
        private TensorLease binary = pool.allocate(1);
        private int headerLength;

        @Setup
        public void make(OipCodecBenchmark benchmark) {
            StringBuilder numbers = new StringBuilder();
            Random random = new Random(1);
            for (int i = 0; i < benchmark.elements; i++) {
                numbers.append(i == 0 ? "" : ",").append(String.format(Locale.ROOT, "%.6f", random.nextDouble()));
            }
            String head =
                    "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1," + benchmark.elements + "],";
            json = lease((head + "\"data\":[" + numbers + "]}]}").getBytes(StandardCharsets.UTF_8), 0);
            byte[] header = (head + "\"parameters\":{\"binary_data_size\":" + 4 * benchmark.elements
                            + "}}],\"parameters\":{\"binary_data_output\":true}}")
                    .getBytes(StandardCharsets.UTF_8);
            headerLength = header.length;
            binary = lease(header, 4L * benchmark.elements);
        }

        private TensorLease lease(byte[] start, long more) {
            TensorLease lease = pool.allocate(start.length + more);
            lease.memory().fill((byte) 0);
            lease.memory().asSlice(0, start.length).copyFrom(MemorySegment.ofArray(start));
            return lease;
        }
    }

    @Benchmark
    public long json(Bodies bodies) {
        return echo(bodies.json, OipCodec.NO_HEADER_LENGTH);
    }

    @Benchmark
    public long binary(Bodies bodies) {
        return echo(bodies.binary, bodies.headerLength);
    }

    private long echo(TensorLease body, long headerLength) {
        try (OipRequest request = codec.decode(body, body.memory(), headerLength, signature);
                InferResponse response =
                        new InferResponse(request.inputs(), body.retain(), new InferResponse.Timings(0, 0));
                OipAnswer answer = codec.encode("echo", "1", signature, request, response)) {
            return answer.jsonBytes();
        }
    }
}
