package io.penstock.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes whose command line is long, as it is with many jars: ONNX Runtime looks at all of it. */
@Timeout(120)
class LongCommandLineTest {
    @Test
    void aLongCommandLineOverflowsNoStack(@TempDir Path folder) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dpadding=" + "x".repeat(50_000),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LongCommandLineTest.class.getName(),
                        cache(folder).toString())
                .redirectOutput(folder.resolve("out").toFile())
                .redirectErrorStream(true)
                .start();

        assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    /** The one that all tests share, where there is one. */
    private static Path cache(Path otherwise) {
        String shared = System.getenv().getOrDefault("PENSTOCK_CACHE", "");
        return shared.isEmpty() ? otherwise : new File(shared).toPath().resolve("natives");
    }

    public static void main(String[] arguments) {
        OnnxRuntimeNatives.useCache(Path.of(arguments[0]));
        OnnxRuntimeNatives.load();
    }
}
