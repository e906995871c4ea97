package io.penstock.app;

import io.penstock.backend.onnxruntime.OnnxRuntimeNatives;
import io.penstock.media.FfmpegNatives;
import io.penstock.media.FfmpegPictureCodec;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureCodec;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Loads native libraries on other processors while the command line and the documents are read: together they take as
 * long as everything else of a start.
 *
 * <p>Threads: its own, which do not keep the process alive. {@link #await} must come before the process ends, since the
 * system's own clean-up must not run under libraries that are being loaded.
 */
final class Preload {
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final List<Thread> threads;

    private Preload(List<Thread> threads) {
        this.threads = threads;
    }

    /** Begins where the arguments are those of {@code run}, and does nothing otherwise. */
    static Preload begin(String... arguments) {
        boolean runs = arguments.length > 1
                && arguments[0].equals("run")
                && Stream.of(arguments).noneMatch(argument -> argument.equals("--help") || argument.equals("-h"));
        Path natives = UserFolders.of(System.getenv()).cache().resolve("natives");
        // What was never unpacked is left to its first user: there is no hurry in a first start.
        if (!runs || !Files.isDirectory(natives)) {
            return new Preload(List.of());
        }
        return new Preload(List.of(
                start("preload-onnxruntime", () -> {
                    OnnxRuntimeNatives.useCache(natives);
                    OnnxRuntimeNatives.load();
                }),
                start("preload-ffmpeg", () -> {
                    FfmpegNatives.useCache(natives);
                    warmUp(new FfmpegPictureCodec(1 << 20));
                })));
    }

    private static Thread start(String name, Runnable work) {
        return Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                work.run();
            } catch (RuntimeException | LinkageError _) {
                // Whoever needs the library meets the same failure, and tells it to the user.
            }
        });
    }

    /** The first picture costs the loading of the decoders: it is paid before anyone asks. */
    static void warmUp(PictureCodec codec) {
        MemorySegment gray = MemorySegment.ofArray(new byte[3 * 16 * 16]);
        try (Picture picture = Picture.rgb(16, 16, gray)) {
            codec.decode(MemorySegment.ofArray(codec.encodeJpeg(picture, 80))).close();
        }
    }

    /** Waits for the end of what was begun. */
    void await() {
        try {
            for (Thread thread : threads) {
                thread.join(LONGEST);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
