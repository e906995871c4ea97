package io.penstock.benchmarks;

import io.penstock.media.FfmpegPictureCodec;
import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.tensor.DataType;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Size;
import io.penstock.vision.tensor.TensorFormat;
import io.penstock.vision.tensor.TensorWriter;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How far our tensors of JPEGs are from those that OpenCV's and Pillow's decoders give, at the pictures' own size, and how much
 * of that is the spreading of halved colour: the same samples are compared again with colour spread as libjpeg does it.
 *
 * <p>Usage: {@code DecoderDifference PYTHON ROOT FOLDER...}; PYTHON has opencv-python-headless and pillow, ROOT is a
 * checkout. JPEGs must say no orientation. What is printed is kept in {@code results/decoders.txt}.
 */
public final class DecoderDifference {
    private static final List<String> PEERS = List.of("opencv", "pillow");
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final FfmpegPictureCodec codec = new FfmpegPictureCodec();
    private final Map<String, Tally> tallies = new TreeMap<>();

    /** Differences in 1/255 so far. */
    private static final class Tally {
        private long pictures;
        private long pixels;
        private double sum;
        private double largest;
        private long beyondTwo;

        /** Both with their channels first, 0..1. */
        void add(float[] ours, float[] theirs) {
            int count = ours.length / 3;
            for (int pixel = 0; pixel < count; pixel++) {
                double most = 0;
                for (int channel = 0; channel < 3; channel++) {
                    int at = channel * count + pixel;
                    double difference = 255 * Math.abs(ours[at] - theirs[at]);
                    sum += difference;
                    most = Math.max(most, difference);
                }
                largest = Math.max(largest, most);
                beyondTwo += most > 2.5 ? 1 : 0; // whole numbers but for rounding: 3 and more
            }
            pixels += count;
            pictures++;
        }

        String line(String name) {
            return String.format(
                    Locale.ROOT,
                    "%-44s %4d pictures  mean %.3f  largest %3.0f  pixels beyond 2: %6.3f %%",
                    name,
                    pictures,
                    sum / (3 * pixels),
                    largest,
                    100.0 * beyondTwo / pixels);
        }
    }

    public static void main(String[] arguments) throws IOException {
        Path script = Path.of(arguments[1]).resolve("benchmarks/peers/decoded_pictures.py");
        Process python = new ProcessBuilder(arguments[0], script.toString(), "serve")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        DecoderDifference difference = new DecoderDifference();
        try (InputStream in = new BufferedInputStream(python.getInputStream());
                PrintWriter out = new PrintWriter(python.outputWriter(StandardCharsets.UTF_8), true)) {
            System.out.println(line(in));
            for (String name : List.of(arguments).subList(2, arguments.length)) {
                Path folder = Path.of(name);
                try (Stream<Path> files = Files.list(folder)) {
                    for (Path file : files.filter(each -> each.toString().endsWith(".jpg"))
                            .sorted()
                            .toList()) {
                        difference.compare(folder, file, in, out);
                    }
                }
            }
        } finally {
            python.destroy();
        }
        difference.tallies.forEach((name, tally) -> System.out.println(tally.line(name)));
    }

    private void compare(Path folder, Path file, InputStream in, PrintWriter out) throws IOException {
        try (Picture picture = codec.decode(MemorySegment.ofArray(Files.readAllBytes(file)))) {
            String set = folder.getFileName() + " " + picture.format();
            float[] ours = tensor(picture);
            boolean halved = picture.isHalvedAcross() || picture.isHalvedDown();
            float[] spread = ours;
            if (halved) {
                try (Picture smooth = TriangleChroma.spread(picture)) {
                    spread = tensor(smooth);
                }
                add(set + ", ours and triangle", ours, spread);
            }
            float[] first = new float[0];
            for (String peer : PEERS) {
                out.println(peer + " " + file.toAbsolutePath());
                float[] theirs = theirs(in, picture);
                add(set + ", ours and " + peer, ours, theirs);
                if (halved) {
                    add(set + ", triangle and " + peer, spread, theirs);
                }
                if (first.length > 0) {
                    add(set + ", " + PEERS.getFirst() + " and " + peer, first, theirs);
                }
                first = theirs;
            }
        }
    }

    private void add(String name, float[] one, float[] other) {
        tallies.computeIfAbsent(name, _ -> new Tally()).add(one, other);
    }

    private static float[] tensor(Picture picture) {
        TensorWriter writer = new TensorWriter(
                Fit.STRETCH, new Size(picture.width(), picture.height()), TensorFormat.unitRgb(DataType.FP32));
        byte[] bytes = new byte[Math.toIntExact(writer.byteSize())];
        MemorySegment memory = MemorySegment.ofArray(bytes);
        writer.write(picture, memory);
        return memory.toArray(FLOAT);
    }

    /** A peer's RGB bytes as the same tensor, by the writer that only copies at an equal size. */
    private static float[] theirs(InputStream in, Picture like) throws IOException {
        String size = line(in);
        if (!size.equals(like.width() + " " + like.height())) {
            throw new IOException("a picture of " + like.width() + " x " + like.height() + " is " + size + " there");
        }
        byte[] rgb = in.readNBytes(3 * like.width() * like.height());
        return tensor(Picture.rgb(like.width(), like.height(), MemorySegment.ofArray(rgb)));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int read = in.read();
        while (read != '\n') {
            if (read < 0) {
                throw new EOFException("the peer ended");
            }
            line.append((char) read);
            read = in.read();
        }
        return line.toString();
    }
}
