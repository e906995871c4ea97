package io.penstock.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureException;
import io.penstock.pipeline.frame.PixelFormat;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ClipTest {
    private static final int WIDTH = 160;
    private static final int HEIGHT = 96;
    private static final long MOST = 1 << 20;

    @TempDir
    private Path folder = Path.of("");

    /** Frame i is dark but for a bright bar at column 16 * i, and 70 ms after the one before. */
    private static Picture bar(int index, int width, int height) {
        byte[] pixels = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            Arrays.fill(pixels, 3 * (y * width + 16 * index), 3 * (y * width + 16 * index + 16), (byte) 220);
        }
        return Picture.rgb(width, height, MemorySegment.ofArray(pixels));
    }

    private Path clip(int frames, int width, int height) throws IOException {
        Path file = folder.resolve("bars.mp4");
        try (ClipWriter writer = new ClipWriter(file, width, height, 1 / 0.07)) {
            for (int i = 0; i < frames; i++) {
                writer.add(bar(i, width, height), Duration.ofMillis(70L * i));
            }
            writer.finish();
            assertThat(writer.outstandingFrames()).isZero();
        }
        return file;
    }

    /** The column of each frame's brightest luma. */
    private static int brightest(Picture picture) {
        int best = 0;
        MemorySegment luma = picture.plane(0).data();
        for (int x = 0; x < picture.width(); x++) {
            long at = (long) picture.height() / 2 * picture.plane(0).stride();
            int value = luma.get(ValueLayout.JAVA_BYTE, at + x) & 0xFF;
            best = value > (luma.get(ValueLayout.JAVA_BYTE, at + best) & 0xFF) + 20 ? x : best;
        }
        return best;
    }

    @Test
    void whatIsWrittenIsReadInItsOrderAndAtItsTimes() throws IOException {
        Path file = clip(8, WIDTH, HEIGHT);
        List<Integer> columns = new ArrayList<>();
        List<Long> millis = new ArrayList<>();
        List<Picture> kept = new ArrayList<>();
        try (ClipReader reader = ClipReader.open(file, MOST)) {
            assertThat(reader.rate()).isBetween(14.0, 14.6);
            for (var frame = reader.next(); frame.isPresent(); frame = reader.next()) {
                Picture picture = frame.get().picture();
                assertThat(picture.format()).isEqualTo(PixelFormat.YUV420P);
                assertThat(picture.width()).isEqualTo(WIDTH);
                assertThat(picture.height()).isEqualTo(HEIGHT);
                kept.add(picture);
                millis.add(frame.get().time().toMillis());
            }
            assertThat(reader.next()).isEmpty();
            assertThat(reader.damaged()).isZero();
            // Pictures are valid while their owner holds them, whatever was read meanwhile.
            kept.forEach(picture -> columns.add(brightest(picture) / 16));
            kept.forEach(Picture::close);
            assertThat(reader.outstandingFrames()).isZero();
        }
        assertThat(columns).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(millis).containsExactly(0L, 70L, 140L, 210L, 280L, 350L, 420L, 490L);
    }

    @Test
    void oddSizesAndTimesThatStandStillAreWritten() throws IOException {
        Path file = folder.resolve("odd.mp4");
        try (ClipWriter writer = new ClipWriter(file, 33, 25, 10)) {
            for (int i = 0; i < 2; i++) {
                writer.add(bar(i, 33, 25), Duration.ZERO);
            }
            writer.finish();
        }
        try (ClipReader reader = ClipReader.open(file, MOST)) {
            ClipReader.ClipFrame first = reader.next().orElseThrow();
            assertThat(first.picture().width()).isEqualTo(32);
            assertThat(first.picture().height()).isEqualTo(24);
            first.picture().close();
            ClipReader.ClipFrame second = reader.next().orElseThrow();
            assertThat(second.time()).isEqualTo(Duration.ofMillis(1));
            second.picture().close();
            assertThat(reader.next()).isEmpty();
        }
    }

    @Test
    void aClipThatIsCutOffEndsWhereItIsCut() throws IOException {
        Path file = folder.resolve("cut.mp4");
        byte[] whole = Files.readAllBytes(clip(8, WIDTH, HEIGHT));
        Files.write(file, Arrays.copyOf(whole, whole.length - 60));
        int frames = 0;
        try (ClipReader reader = ClipReader.open(file, MOST)) {
            for (Optional<ClipReader.ClipFrame> next = reader.next(); next.isPresent(); next = reader.next()) {
                next.get().picture().close();
                frames++;
            }
            assertThat(reader.outstandingFrames()).isZero();
        }
        assertThat(frames).isBetween(1, 8);
    }

    @Test
    void refusesWhatIsNoVideoAndWhatIsTooLarge() throws IOException {
        Path text = Files.writeString(folder.resolve("notes.mp4"), "no video at all");
        assertThatThrownBy(() -> ClipReader.open(text, MOST))
                .isInstanceOf(PictureException.class)
                .hasMessage("notes.mp4 is no video that is read here");
        assertThatThrownBy(() -> ClipReader.open(folder.resolve("absent.mp4"), MOST))
                .isInstanceOf(PictureException.class);
        Path clip = clip(1, WIDTH, HEIGHT);
        assertThatThrownBy(() -> ClipReader.open(clip, 1000))
                .isInstanceOfSatisfying(
                        PictureException.class,
                        e -> assertThat(e.reason()).isEqualTo(PictureException.Reason.TOO_LARGE))
                .hasMessageContaining("bars.mp4 has frames of 160 x 96");
    }

    /** The file with another matrix in its track's header (ISO 14496-12, 8.3.2), as phones write it. */
    private static void write(Path file, int a, int b, int c, int d) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int header = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("tkhd");
        ByteBuffer matrix = ByteBuffer.wrap(bytes, header + 4 + 40, 36);
        for (int number : new int[] {a, b, 0, c, d, 0, 0, 0}) {
            matrix.putInt(number << 16);
        }
        Files.write(file, bytes);
    }

    private Picture first(Path file) {
        try (ClipReader reader = ClipReader.open(file, MOST)) {
            Picture picture = reader.next().orElseThrow().picture();
            int own = picture.plane(0).data().isNative() ? 1 : 0;
            assertThat(reader.outstandingFrames())
                    .as("a turned frame is given back")
                    .isEqualTo(own);
            return picture;
        }
    }

    @Test
    void framesStandUprightHoweverTheContainerSaysThatTheyAreTurned() throws IOException {
        // Where the stored top left corner is shown: right of the middle, and below it.
        boolean[][] corners = {
            {false, false},
            {true, false},
            {true, true},
            {false, true},
            {false, false},
            {true, false},
            {true, true},
            {false, true}
        };
        for (int[] size : new int[][] {{160, 96}, {34, 26}, {200, 136}}) {
            Path file = folder.resolve("turned.mp4");
            try (ClipWriter writer = new ClipWriter(file, size[0], size[1], 10);
                    Picture marked = marked(size[0], size[1])) {
                writer.add(marked, Duration.ZERO);
                writer.finish();
            }
            try (Picture stored = first(file)) {
                for (int i = 0; i < 8; i++) {
                    int[] matrix = Stills.matrix(i + 1);
                    write(file, matrix[0], matrix[1], matrix[2], matrix[3]);
                    try (Picture upright = first(file)) {
                        Stills.requireTurned(stored, upright, i + 1);
                        assertThat(upright.colourSpace()).isEqualTo(stored.colourSpace());
                        int x = corners[i][0] ? upright.width() - 3 : 2;
                        int y = corners[i][1] ? upright.height() - 3 : 2;
                        assertThat(Stills.rgb(upright, x, y) & 0xFF)
                                .as("blue of the marked corner, matrix " + Arrays.toString(matrix))
                                .isGreaterThan(150);
                        assertThat(Stills.rgb(upright, upright.width() - 1 - x, upright.height() - 1 - y) & 0xFF)
                                .isLessThan(80);
                    }
                }
            }
        }
    }

    /** Red, but blue in the top left corner. */
    private static Picture marked(int width, int height) {
        byte[] pixels = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            boolean corner = i % width < width / 4 && i / width < height / 4;
            pixels[3 * i + (corner ? 2 : 0)] = (byte) 200;
        }
        return Picture.rgb(width, height, MemorySegment.ofArray(pixels));
    }

    /** A playlist may name any file or address; what looks like one must not be followed. */
    @Test
    void aPlaylistIsNoClip() throws IOException {
        Path clip = clip(2, WIDTH, HEIGHT);
        Path concat = Files.writeString(
                folder.resolve("list.mp4"), "ffconcat version 1.0\nfile " + clip.getFileName() + "\n");
        assertThatThrownBy(() -> ClipReader.open(concat, MOST)).isInstanceOf(PictureException.class);
        Path m3u = Files.writeString(
                folder.resolve("list.m3u8"), "#EXTM3U\n#EXTINF:1,\n" + clip.toUri() + "\n#EXT-X-ENDLIST\n");
        assertThatThrownBy(() -> ClipReader.open(m3u, MOST)).isInstanceOf(PictureException.class);
    }

    @Test
    void saysWhereNothingCanBeWritten() {
        assertThatThrownBy(() -> new ClipWriter(folder.resolve("no/such/folder.mp4"), 32, 32, 10))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("folder.mp4 cannot be written");
    }
}
