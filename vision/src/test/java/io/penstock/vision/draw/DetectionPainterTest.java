package io.penstock.vision.draw;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import io.penstock.vision.draw.TagPlacement.Rectangle;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
            Rectangle tag = places.place(box, 60, 15);
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
                .satisfies(tag -> assertThat(
                                tag.left() >= 0 && tag.right() <= 100 && tag.top() >= 0 && tag.bottom() <= 100)
                        .isTrue());
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
}
