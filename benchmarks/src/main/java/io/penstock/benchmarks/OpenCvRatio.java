package io.penstock.benchmarks;

import io.penstock.media.FfmpegPictureCodec;
import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.tensor.DataType;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Placement;
import io.penstock.vision.tensor.Size;
import io.penstock.vision.tensor.TensorFormat;
import io.penstock.vision.tensor.TensorWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A picture's way to the tensor against OpenCV's, one thread each, by CPU time, round by round in turn: a JPEG and a YUV frame of
 * 1280 x 720 to a letterboxed FP32 NCHW tensor of 640 x 640, and resizing alone, 8-bit RGB to 640 x 640 by bilinear.
 * Above 1 we are faster.
 *
 * <p>Usage: {@code OpenCvRatio PYTHON ROOT}; PYTHON has opencv-python-headless, ROOT is a checkout.
 */
public final class OpenCvRatio {
    private static final int ROUNDS = 7;
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Size SIZE = new Size(640, 640);

    private final FfmpegPictureCodec codec = new FfmpegPictureCodec();
    private final MemorySegment tensor = Arena.ofAuto().allocate(4L * 3 * 640 * 640, 64);
    private final TensorWriter letterbox = new TensorWriter(Fit.CENTRED, SIZE, TensorFormat.unitRgb(DataType.FP32));
    private final TensorWriter resize = new TensorWriter(Fit.STRETCH, SIZE, plain());
    private final byte[] jpeg;
    private final Picture yuv;
    private final Picture rgb;

    private OpenCvRatio() {
        rgb = NoisyScene.picture();
        jpeg = codec.encodeJpeg(rgb, 85);
        yuv = codec.decode(MemorySegment.ofArray(jpeg));
    }

    private static TensorFormat plain() {
        return new TensorFormat(
                DataType.UINT8,
                TensorFormat.Layout.NHWC,
                TensorFormat.Order.RGB,
                1,
                List.of(0f, 0f, 0f),
                List.of(1f, 1f, 1f),
                0);
    }

    private Placement jpegToTensor() {
        try (Picture picture = codec.decode(MemorySegment.ofArray(jpeg))) {
            return letterbox.write(picture, tensor);
        }
    }

    private Placement yuvToTensor() {
        return letterbox.write(yuv, tensor);
    }

    private Placement resizeAlone() {
        return resize.write(rgb, tensor);
    }

    public static void main(String[] arguments) throws IOException {
        OpenCvRatio ours = new OpenCvRatio();
        Path script = Path.of(arguments[1]).resolve("benchmarks/peers/opencv_picture.py");
        Path file = Files.createTempFile("scene", ".jpg");
        Files.write(file, ours.jpeg);
        Process python = new ProcessBuilder(arguments[0], script.toString(), file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Map<String, List<Double>> ratios = new LinkedHashMap<>();
        try (BufferedReader in = python.inputReader(StandardCharsets.UTF_8);
                PrintWriter out = new PrintWriter(python.outputWriter(StandardCharsets.UTF_8), true)) {
            System.out.println(in.readLine());
            for (int round = -1; round < ROUNDS; round++) {
                boolean counts = round >= 0;
                for (String work : List.of("jpeg", "yuv", "resize")) {
                    double mine = millis(
                            work.equals("jpeg")
                                    ? ours::jpegToTensor
                                    : work.equals("yuv") ? ours::yuvToTensor : ours::resizeAlone);
                    out.println(work);
                    double theirs = Double.parseDouble(in.readLine());
                    if (counts) {
                        ratios.computeIfAbsent(work, _ -> new ArrayList<>()).add(theirs / mine);
                        System.out.printf(Locale.ROOT, "%s: %.3f ms, OpenCV %.3f ms%n", work, mine, theirs);
                    }
                }
            }
        } finally {
            python.destroy();
            Files.deleteIfExists(file);
        }
        ratios.forEach((work, rounds) -> System.out.println(Callers.median(work + ", OpenCV's time to ours", rounds)));
    }

    /** CPU milliseconds, which other work on the machine changes least. */
    private static double millis(Runnable work) {
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        long begin = clock.getCurrentThreadCpuTime();
        long until = System.nanoTime() + ROUND_NANOS;
        long count = 0;
        while (System.nanoTime() < until) {
            work.run();
            count++;
        }
        return (clock.getCurrentThreadCpuTime() - begin) * 1e-6 / count;
    }
}
