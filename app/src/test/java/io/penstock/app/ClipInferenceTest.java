package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.media.ClipReader;
import io.penstock.media.ClipWriter;
import io.penstock.pipeline.frame.Picture;
import io.penstock.scene.StreetRenderer;
import io.penstock.scene.StreetScene;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code penstock infer} on a clip of the street, which is rendered and encoded here. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClipInferenceTest {
    private static final int FRAMES = 15;
    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final Duration INTERVAL = StreetScene.FRAME_INTERVAL.multipliedBy(2);

    private Path folder = Path.of("");
    private Path clip = Path.of("");
    private Path document = Path.of("");

    @BeforeAll
    void writeClip(@TempDir Path scratch) throws IOException {
        folder = scratch;
        clip = scratch.resolve("street.mp4");
        StreetScene scene = StreetScene.of(1000, WIDTH, HEIGHT);
        StreetRenderer renderer = scene.renderer();
        MemorySegment pixels = MemorySegment.ofArray(new byte[Math.toIntExact(scene.frameBytes())]);
        try (ClipWriter writer = new ClipWriter(clip, WIDTH, HEIGHT, 12.5)) {
            for (int i = 0; i < FRAMES; i++) {
                renderer.render(2L * i, pixels);
                writer.add(Picture.rgb(WIDTH, HEIGHT, pixels), INTERVAL.multipliedBy(i));
            }
            writer.finish();
        }
        document = Files.writeString(scratch.resolve("street.yaml"), """
                apiVersion: penstock.io/v1alpha1
                kind: InferencePipeline
                metadata: {name: street}
                spec:
                  model: {uri: "file:%s"}
                  postprocess: [{detections: {scoreThreshold: 0.4}}, {track: {}}]
                """.formatted(Checkout.detector()));
    }

    private String infer(String... options) {
        List<String> arguments = new ArrayList<>(List.of("infer", document.toString(), clip.toString()));
        arguments.addAll(List.of(options));
        CommandLineRun run = CommandLineRun.of(arguments.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }

    @Test
    void eachFrameIsALineWithItsNumberItsTimeAndTracks() throws IOException {
        List<String> lines = infer("-o", "jsonl").lines().toList();
        assertThat(lines).hasSize(FRAMES);
        List<Set<Long>> ids = new ArrayList<>();
        for (int i = 0; i < FRAMES; i++) {
            ParsedJson result = ParsedJson.of(lines.get(i));
            assertThat(result.number("frame")).isEqualTo(i);
            assertThat(result.text("stream")).isEqualTo("street.mp4");
            assertThat(result.number("sourceSeconds")).isCloseTo(i * INTERVAL.toMillis() / 1000.0, within(0.002));
            assertThat(result.text("timestamp")).matches("\\d{4}-.*Z");
            assertThat(result.number("width")).isEqualTo(WIDTH);
            Set<Long> here = new TreeSet<>();
            result.objects("detections").stream()
                    .filter(object -> object.has("trackId"))
                    .forEach(object -> here.add((long) object.number("trackId")));
            ids.add(here);
        }
        assertThat(ids.getFirst()).as("nothing is confirmed yet").isEmpty();
        Set<Long> stay = new TreeSet<>(ids.get(FRAMES / 2));
        stay.retainAll(ids.getLast());
        assertThat(stay).as("followed over half of the clip").hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void theAnnotatedClipHasTheSameFramesAtTheSameTimesWithBoxesOnThem() throws IOException {
        Path out = folder.resolve("annotated");
        List<String> lines =
                infer("-o", "jsonl", "--out", out.toString()).lines().toList();
        double changed = 0;
        int frames = 0;
        try (ClipReader before = ClipReader.open(clip, 1 << 20);
                ClipReader after = ClipReader.open(out.resolve("street.mp4"), 1 << 20)) {
            for (var one = before.next(); one.isPresent(); one = before.next()) {
                Optional<ClipReader.ClipFrame> other = after.next();
                assertThat(other).as("frame " + frames).isPresent();
                assertThat(other.get().time()).isEqualTo(one.get().time());
                try (Picture plain = one.get().picture();
                        Picture drawn = other.get().picture()) {
                    assertThat(drawn.width()).isEqualTo(WIDTH);
                    changed = changedAtBoxes(ParsedJson.of(lines.get(frames)), plain, drawn);
                    assertThat(changed).as("frame " + frames).isGreaterThan(12);
                    assertThat(changed).isGreaterThan(4 * difference(plain, drawn, 2, HEIGHT - 12, WIDTH / 4));
                }
                frames++;
            }
            assertThat(after.next()).isEmpty();
        }
        assertThat(frames).isEqualTo(FRAMES);
    }

    /** How much brighter or darker the upper edges of boxes have become, on average. */
    private static double changedAtBoxes(ParsedJson result, Picture plain, Picture drawn) {
        List<ParsedJson> detections = result.objects("detections");
        assertThat(detections).isNotEmpty();
        double sum = 0;
        for (ParsedJson detection : detections) {
            ParsedJson box = detection.object("box");
            int width = (int) Math.max(1, box.number("width"));
            sum += difference(plain, drawn, (int) box.number("x"), (int) box.number("y"), width);
        }
        return sum / detections.size();
    }

    private static double difference(Picture one, Picture other, int left, int row, int length) {
        double sum = 0;
        for (int x = left; x < left + length; x++) {
            sum += Math.abs(luma(one, x, row) - luma(other, x, row));
        }
        return sum / length;
    }

    private static int luma(Picture picture, int x, int y) {
        long at =
                (long) Math.min(y, picture.height() - 1) * picture.plane(0).stride() + Math.min(x, picture.width() - 1);
        return picture.plane(0).data().get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    @Test
    void tablesAndCsvNameTheFrame() {
        assertThat(infer()).contains("street.mp4#0  640 x 360  ", "street.mp4#14  640 x 360  ");
        assertThat(infer("-o", "csv").lines().skip(1)).allMatch(line -> line.contains("street.mp4#"));
    }

    @Test
    void whatIsNoClipIsNamedAndTheRestGoesOn() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.mp4"), "nothing");
        CommandLineRun run =
                CommandLineRun.of("infer", document.toString(), broken.toString(), clip.toString(), "-o", "jsonl");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("broken.mp4 is no video that is read here");
        assertThat(run.out().lines()).hasSize(FRAMES);
        CommandLineRun address = CommandLineRun.of("infer", document.toString(), "http://127.0.0.1:1/a.mp4");
        assertThat(address.err()).contains("clips are read from files");
    }
}
