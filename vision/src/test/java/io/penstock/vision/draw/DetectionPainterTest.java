package io.penstock.vision.draw;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Classification;
import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Inference;
import io.penstock.pipeline.frame.KeyPoint;
import io.penstock.pipeline.frame.Mask;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import io.penstock.pipeline.frame.Track;
import io.penstock.vision.draw.TagPlacement.Rectangle;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DetectionPainterTest {
    private static final int GRAY = 100;

    private static Picture plain(int width, int height, PixelFormat format) {
        List<Picture.Plane> planes = new ArrayList<>();
        for (int i = 0; i < format.planes(); i++) {
            int stride = format == PixelFormat.RGB24 ? 3 * width : format.planeWidth(i, width);
            byte[] samples = new byte[stride * format.planeHeight(i, height)];
            Arrays.fill(samples, (byte) (i == 0 ? GRAY : 128));
            planes.add(new Picture.Plane(MemorySegment.ofArray(samples), stride));
        }
        return new Picture(width, height, format, ColourSpace.BT601_FULL, planes, () -> {});
    }

    private static List<Integer> pixel(Picture picture, int x, int y) {
        long at = (long) y * picture.plane(0).stride() + 3L * x;
        MemorySegment data = picture.plane(0).data();
        return List.of(
                data.get(ValueLayout.JAVA_BYTE, at) & 0xFF,
                data.get(ValueLayout.JAVA_BYTE, at + 1) & 0xFF,
                data.get(ValueLayout.JAVA_BYTE, at + 2) & 0xFF);
    }

    private static List<Integer> colour(int classId) {
        Colour colour = Colour.ofClass(classId);
        return List.of(colour.red(), colour.green(), colour.blue());
    }

    @Test
    void drawsTheBoxInItsClassColourAndLeavesTheRest() {
        for (PixelFormat format : PixelFormat.values()) {
            Picture picture = plain(200, 200, format);
            Findings findings = new Findings(List.of(new Detection("car", 2, 0.9f, new Box(50, 80, 60, 70))));
            Picture painted = new DetectionPainter().paint(picture, findings);
            assertThat(painted.format()).isEqualTo(PixelFormat.RGB24);
            assertThat(pixel(painted, 50, 120)).isEqualTo(colour(2));
            assertThat(pixel(painted, 109, 120)).isEqualTo(colour(2));
            assertThat(pixel(painted, 80, 149)).isEqualTo(colour(2));
            assertThat(pixel(painted, 80, 120)).containsExactly(GRAY, GRAY, GRAY);
            assertThat(pixel(painted, 150, 180)).containsExactly(GRAY, GRAY, GRAY);
        }
    }

    @Test
    void labelsStayInsideThePictureAndLetItsBackgroundShowNowhereElse() {
        for (int side : new int[] {1, 2, 9, 40, 300}) {
            Picture painted = new DetectionPainter()
                    .paint(
                            plain(side, side, PixelFormat.RGB24),
                            new Findings(List.of(
                                    new Detection("a very long label, and more", 0, 0.5f, new Box(0, 0, side, side)),
                                    new Detection("\u00e9t\u00e9 \u4e2d", 1, 0.4f, new Box(side, side, 0, 0)))));
            assertThat(painted.width()).isEqualTo(side);
        }
    }

    @Test
    void tagsAvoidOneAnotherWhereThereIsRoom() {
        TagPlacement places = new TagPlacement(200, 200);
        Rectangle box = new Rectangle(50, 50, 150, 150);
        List<Rectangle> tags = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Rectangle tag = places.place(box, 60, 15).orElseThrow();
            for (Rectangle other : tags) {
                boolean apart = tag.right() <= other.left()
                        || other.right() <= tag.left()
                        || tag.bottom() <= other.top()
                        || other.bottom() <= tag.top();
                assertThat(apart).as("%s and %s", tag, other).isTrue();
            }
            tags.add(tag);
        }
        assertThat(tags.getFirst()).isEqualTo(new Rectangle(50, 35, 110, 50));
    }

    @Test
    void tagsArePushedInside() {
        assertThat(new TagPlacement(100, 100).place(new Rectangle(90, 0, 100, 10), 40, 15))
                .hasValueSatisfying(tag -> assertThat(
                                tag.left() >= 0 && tag.right() <= 100 && tag.top() >= 0 && tag.bottom() <= 100)
                        .isTrue());
    }

    @Test
    void aTagThatWouldHideAnotherIsLeftOut() {
        TagPlacement places = new TagPlacement(60, 20);
        Rectangle box = new Rectangle(0, 0, 60, 20);
        assertThat(places.place(box, 60, 15)).isPresent();
        assertThat(places.place(box, 60, 15)).isEmpty();
        assertThat(places.place(box, 60, 5)).contains(new Rectangle(0, 15, 60, 20));
    }

    @Test
    void everyPrintableCharacterHasStrokesOnWholePairs() {
        for (char letter = '!'; letter <= '~'; letter++) {
            String glyph = StrokeFont.glyph(letter);
            assertThat(glyph).matches("[0-9A-F] (([0-9A-F]{2}){2,} ?)+");
            int width = Character.digit(glyph.charAt(0), 16);
            for (String stroke : glyph.substring(2).split(" ", -1)) {
                for (int i = 0; i < stroke.length(); i += 2) {
                    assertThat(Character.digit(stroke.charAt(i), 16))
                            .as("%s", letter)
                            .isLessThanOrEqualTo(width);
                }
            }
        }
    }

    @Test
    void textHasSmoothEdges() {
        Canvas canvas = new Canvas(plain(60, 30, PixelFormat.RGB24));
        canvas.text("O", 10, 5, 1.3f, Colour.WHITE);
        Picture drawn = canvas.picture();
        long between = 0;
        for (int x = 0; x < 60; x++) {
            for (int y = 0; y < 30; y++) {
                int red = pixel(drawn, x, y).getFirst();
                between += red > GRAY && red < 255 ? 1 : 0;
            }
        }
        assertThat(between).isGreaterThan(20);
    }

    private static Picture painted(int side, Detection... detections) {
        return new DetectionPainter().paint(plain(side, side, PixelFormat.RGB24), new Findings(List.of(detections)));
    }

    @Test
    void aMaskShinesThroughInsideItsBoxAlone() {
        Mask mask = Mask.of(200, 200, new int[] {0, 0, 200, 200}, (x, y) -> x >= 60 && y >= 100);
        Picture painted = painted(200, new Detection("car", 2, 0.9f, new Box(50, 80, 60, 70)).withMask(mask));
        List<Integer> through = pixel(painted, 80, 120);
        for (int i = 0; i < 3; i++) {
            int full = colour(2).get(i);
            assertThat(through.get(i)).isBetween(Math.min(GRAY, full), Math.max(GRAY, full));
            assertThat(Math.abs(through.get(i) - GRAY)).isEqualTo(Math.round(0.45f * Math.abs(full - GRAY)));
        }
        assertThat(pixel(painted, 55, 120)).as("not set").containsExactly(GRAY, GRAY, GRAY);
        assertThat(pixel(painted, 80, 95)).as("not set").containsExactly(GRAY, GRAY, GRAY);
        assertThat(pixel(painted, 150, 120)).as("outside the box").containsExactly(GRAY, GRAY, GRAY);
    }

    /** A figure that stands upright: the points of its left side at x = 60, those of its right at x = 40. */
    private static List<KeyPoint> figure(float kneeScore) {
        float[] heights = {20, 15, 15, 18, 18, 50, 50, 80, 80, 110, 110, 110, 110, 140, 140, 170, 170};
        List<KeyPoint> points = new ArrayList<>();
        for (int i = 0; i < heights.length; i++) {
            float x = i == 0 ? 50.5f : i % 2 == 1 ? 60.5f : 40.5f;
            points.add(new KeyPoint(x, heights[i] + 0.5f, i == 13 ? kneeScore : 1));
        }
        return points;
    }

    @Test
    void aPersonsSeventeenPointsAreJoinedAsCocoDoesAndUnseenOnesAreNot() {
        Detection person = new Detection("person", 0, 0.9f, new Box(20, 5, 70, 185));
        Picture seen = painted(200, person.withKeyPoints(figure(1)));
        assertThat(pixel(seen, 60, 125)).as("left thigh").isEqualTo(colour(0));
        assertThat(pixel(seen, 40, 125)).as("right thigh").isEqualTo(colour(0));
        assertThat(pixel(seen, 50, 50)).as("shoulders").isEqualTo(colour(0));
        assertThat(pixel(seen, 50, 140)).as("between the knees").containsExactly(GRAY, GRAY, GRAY);
        Picture hidden = painted(200, person.withKeyPoints(figure(0.1f)));
        assertThat(pixel(hidden, 60, 125)).as("left thigh").containsExactly(GRAY, GRAY, GRAY);
        assertThat(pixel(hidden, 60, 140)).as("left knee").containsExactly(GRAY, GRAY, GRAY);
        assertThat(pixel(hidden, 40, 125)).as("right thigh").isEqualTo(colour(0));
    }

    @Test
    void otherListsOfPointsAreDotsAlone() {
        Picture painted = painted(
                200,
                new Detection("face", 1, 0.9f, new Box(20, 20, 160, 160))
                        .withKeyPoints(List.of(new KeyPoint(60.5f, 100.5f, 1), new KeyPoint(140.5f, 100.5f, 1))));
        assertThat(pixel(painted, 60, 100)).isEqualTo(colour(1));
        assertThat(pixel(painted, 140, 100)).isEqualTo(colour(1));
        assertThat(pixel(painted, 100, 100)).containsExactly(GRAY, GRAY, GRAY);
    }

    @Test
    void aWayFadesAndEndsWhereTheObjectIs() {
        List<Track.Position> way = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            way.add(new Track.Position(10.5f + 4 * i, 100.5f));
        }
        Track track = new Track(7, true, Duration.ofSeconds(2), way, List.of(), List.of());
        Picture painted = painted(200, new Detection("car", 2, 0.9f, new Box(140, 80, 52, 42)).withTrack(track));
        assertThat(pixel(painted, 164, 100)).as("now").isEqualTo(colour(2));
        assertThat(distance(pixel(painted, 130, 100), colour(2)))
                .as("earlier")
                .isGreaterThan(distance(pixel(painted, 160, 100), colour(2)));
        assertThat(pixel(painted, 130, 100)).isNotEqualTo(List.of(GRAY, GRAY, GRAY));
        assertThat(pixel(painted, 60, 100)).as("too long ago").containsExactly(GRAY, GRAY, GRAY);
    }

    private static int distance(List<Integer> one, List<Integer> other) {
        int sum = 0;
        for (int i = 0; i < 3; i++) {
            sum += Math.abs(one.get(i) - other.get(i));
        }
        return sum;
    }

    @Test
    void aTagSaysTheTracksNumberAndWhatOthersSaidUnderIt() {
        Track track = new Track(7, true, Duration.ZERO, List.of(), List.of(), List.of());
        Findings make = new Findings(List.of(), List.of(new Classification("coup\u00e9", 3, 0.75f)), List.of());
        Findings plate = new Findings(List.of(new Detection("plate", 0, 0.8f, new Box(5, 6, 7, 8))
                .withInferred(new Inference(
                        "letters", new Findings(List.of(), List.of(new Classification("B", 1, 1)), List.of())))));
        Detection car = new Detection("car", 2, 0.9f, new Box(1, 2, 30, 40))
                .withTrack(track)
                .withInferred(new Inference("makes", make))
                .withInferred(new Inference("plates", plate));
        assertThat(TagText.of(car))
                .extracting(line -> line.within(1000))
                .containsExactly("car #7 0.90", "coupe 0.75", "plate 0.80", "B 1.00");
        assertThat(TagText.ofWhole(make)).extracting(line -> line.within(1000)).containsExactly("coupe 0.75");
        assertThat(TagText.ofWhole(new Findings(List.of(car)))).isEmpty();
        assertThat(TagText.of(car).getFirst().within(StrokeFont.width("ca. 0.90")))
                .isEqualTo("ca. 0.90");
    }

    @Test
    void whatOthersSaidMakesTheTagHigherAndTheirBoxesAreDrawn() {
        Detection car = new Detection("car", 2, 0.9f, new Box(40, 80, 120, 100));
        Findings plate = new Findings(List.of(new Detection("plate", 5, 0.8f, new Box(80, 140, 30, 10))));
        Picture with = painted(200, car.withInferred(new Inference("plates", plate)));
        Picture without = painted(200, car);
        assertThat(pixel(with, 80, 145)).isEqualTo(colour(5));
        assertThat(pixel(without, 80, 145)).containsExactly(GRAY, GRAY, GRAY);
        assertThat(tagRows(with)).isGreaterThan(tagRows(without) + 6);
    }

    /** Rows above the box that are in the class's colour at its left edge. */
    private static int tagRows(Picture picture) {
        int rows = 0;
        for (int y = 79; y >= 0 && pixel(picture, 40, y).equals(colour(2)); y--) {
            rows++;
        }
        return rows;
    }

    @Test
    void aTurnedBoxIsDrawnTurned() {
        float quarter = (float) (Math.PI / 4);
        Picture painted = painted(
                200, new Detection("ship", 4, 0.9f, new Box(60, 60, 80, 80)).turned(new Box(60, 60, 80, 80), quarter));
        assertThat(distance(pixel(painted, 71, 71), colour(4)))
                .as("the middle of a side")
                .isLessThan(distance(List.of(GRAY, GRAY, GRAY), colour(4)) / 2);
        assertThat(pixel(painted, 61, 61)).as("where the corner would be").containsExactly(GRAY, GRAY, GRAY);
    }

    @Test
    void linesHaveSmoothEdgesAndNoHolesAtAnySlope() {
        for (int degrees = 0; degrees < 180; degrees += 15) {
            Canvas canvas = new Canvas(plain(120, 120, PixelFormat.RGB24));
            float x = (float) (50 * Math.cos(Math.toRadians(degrees)));
            float y = (float) (50 * Math.sin(Math.toRadians(degrees)));
            canvas.line(new Segment(60.5f - x, 60.5f - y, 60.5f + x, 60.5f + y), 1.5f, Colour.WHITE, 1);
            Picture drawn = canvas.picture();
            long sum = 0;
            for (int i = 0; i < 120 * 120; i++) {
                sum += pixel(drawn, i % 120, i / 120).getFirst() - GRAY;
            }
            // Length by width and two half discs, in pixels.
            double area = 100 * 3 + Math.PI * 1.5 * 1.5;
            assertThat(sum / 155.0).as("%s degrees", degrees).isBetween(0.97 * area, 1.03 * area);
        }
    }

    @Test
    void aTextIsReadFromSmallPicturesToLargeOnes() {
        for (int[] size : new int[][] {{160, 120}, {640, 480}, {3840, 2160}}) {
            int width = size[0];
            int height = size[1];
            Picture painted = new DetectionPainter()
                    .paint(
                            plain(width, height, PixelFormat.RGB24),
                            new Findings(List.of(new Detection(
                                    "car", 2, 0.9f, new Box(width / 4f, height / 2f, width / 3f, height / 3f)))));
            int rows = 0;
            for (int y = 0; y < height / 2; y++) {
                rows += pixel(painted, width / 4, y).equals(colour(2)) ? 1 : 0;
            }
            assertThat((double) rows / height).as("%s x %s", width, height).isBetween(0.03, 0.12);
            assertThat(rows).isGreaterThanOrEqualTo(11);
        }
    }
}
