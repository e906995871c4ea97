package io.penstock.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.serving.BatchedModel;
import io.penstock.serving.Batching;
import io.penstock.serving.DeviceShares;
import io.penstock.serving.ModelLoader;
import io.penstock.serving.backend.ModelArtifact;
import io.penstock.serving.tensor.TensorPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Models come and go, and memory comes back: what the process holds after many rounds is what it held once all that is made
 * at first use was made. The model has 8 MiB of weights, so that one that is kept shows in every round.
 */
class LoadUnloadTest {
    private static final int WEIGHTS = 2 << 20;

    @TempDir
    private Path folder = Path.of("");

    @Test
    @Timeout(120)
    void thirtyRoundsKeepNoModel() throws IOException {
        long[] kib = rounds(30);

        long grown = median(kib, 20, 30) - median(kib, 5, 15);

        // Fifteen models lie between the two; a third of them would be more than the process may have grown.
        assertThat(grown).as(Arrays.toString(kib)).isLessThan(5L * WEIGHTS * 4 / 1024);
    }

    @Test
    @Tag("long")
    @Timeout(1800)
    void aThousandRoundsEndWithTheMemoryOfTheFiftieth() throws IOException {
        long[] kib = rounds(1000);

        long early = median(kib, 50, 60);
        long last = median(kib, 990, 1000);

        System.out.println(String.format(
                Locale.ROOT,
                "1000 load/unload rounds: rounds 51-60 %d KiB, last ten %d KiB, ratio %.4f, most %d KiB",
                early,
                last,
                (double) last / early,
                Arrays.stream(kib).max().orElseThrow()));
        assertThat((double) last / early).isBetween(0.0, 1.05);
    }

    /** What the process holds after each round, in KiB. */
    private long[] rounds(int count) throws IOException {
        Path status = Path.of("/proc/self/status");
        Assumptions.assumeTrue(Files.isReadable(status), "tells what a process holds");
        TinyOnnx model = new TinyOnnx()
                .input("x", 1, -1, WEIGHTS / 1024)
                .initializer("w", 1, new byte[WEIGHTS * 4], WEIGHTS / 1024, 1024)
                .node("MatMul", List.of("x", "w"), "y")
                .output("y", 1, -1, 1024);
        ModelArtifact artifact = new ModelArtifact("m", model.write(folder.resolve("m.onnx")));
        long[] kib = new long[count];
        try (TensorPool pool = new TensorPool(1 << 26, true)) {
            ModelLoader loader = new ModelLoader(pool);
            DeviceShares device = new DeviceShares(2);
            for (int round = 0; round < count; round++) {
                Batching batching = new Batching(8, Duration.ZERO, 16);
                ModelLoader.Options options = new ModelLoader.Options(2, true, batching, device.share(1));
                BatchedModel loaded = loader.load(artifact, new OnnxRuntimeBackend(1), options);
                loaded.close();
                kib[round] = residentKib(status);
            }
        }
        return kib;
    }

    private static long median(long[] kib, int from, int to) {
        long[] part = Arrays.copyOfRange(kib, from, to);
        Arrays.sort(part);
        return part[part.length / 2];
    }

    /** Memory of the process in the machine's, heap included. */
    private static long residentKib(Path status) throws IOException {
        System.gc();
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no VmRSS in " + status);
    }
}
