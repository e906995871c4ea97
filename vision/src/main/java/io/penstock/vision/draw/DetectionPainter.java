package io.penstock.vision.draw;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Inference;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.ResultPainter;
import io.penstock.pipeline.frame.Track;
import io.penstock.vision.draw.TagPlacement.Rectangle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Draws what was found: masks, boxes, key points and ways in their classes' colours, and tags with labels, the numbers of
 * tracks, scores, and what other pipelines said. Lines and text grow with the picture. A class has one colour, whatever
 * else is in the picture.
 *
 * <p>Threads: immutable.
 */
public final class DetectionPainter implements ResultPainter {
    private static final int SIDE_PER_LINE = 320;
    private static final int SIDE_PER_CAP = 48;
    private static final int LEAST_CAP = 7;
    private static final float MASK_SHARE = 0.45f;
    private static final float RIM_SHARE = 0.55f;
    private static final float FAINTEST = 0.15f;

    /** A way is drawn as far back as this many of its positions. */
    private static final int WAY = 16;

    @Override
    public Picture paint(Picture picture, Findings findings) {
        Canvas canvas = new Canvas(picture);
        int side = Math.min(picture.width(), picture.height());
        int line = Math.max(1, Math.round((float) side / SIDE_PER_LINE));
        float cap = Math.max(LEAST_CAP, (float) side / SIDE_PER_CAP);
        // The best lies on top, and its label gets the first choice of place.
        List<Detection> worstFirst = findings.detections().stream()
                .sorted(Comparator.comparingDouble(Detection::score))
                .toList();
        List<Detection> all = new ArrayList<>();
        worstFirst.forEach(detection -> gather(detection, all));
        // Masks lie under all lines, or the large ones would hide what is drawn of the small ones.
        all.forEach(detection -> mask(canvas, detection));
        all.forEach(detection -> box(canvas, detection, line));
        worstFirst.forEach(detection -> way(canvas, detection, line));
        all.forEach(detection -> keyPoints(canvas, detection, line));
        TagPlacement places = new TagPlacement(picture.width(), picture.height());
        Rectangle whole = new Rectangle(0, 0, picture.width(), picture.height());
        tag(canvas, places, new Tag(whole, TagText.ofWhole(findings), Colour.DARK), cap);
        for (Detection detection : worstFirst.reversed()) {
            Colour colour = Colour.ofClass(detection.classId());
            tag(canvas, places, new Tag(pixels(around(detection)), TagText.of(detection), colour), cap);
        }
        return canvas.picture();
    }

    /** The object, and those that other pipelines found inside it. */
    private static void gather(Detection detection, List<Detection> all) {
        all.add(detection);
        for (Inference inference : detection.inferred()) {
            inference.findings().detections().forEach(inner -> gather(inner, all));
        }
    }

    private static void mask(Canvas canvas, Detection detection) {
        Colour colour = Colour.ofClass(detection.classId());
        detection.mask().ifPresent(mask -> canvas.shade(mask, pixels(around(detection)), colour, MASK_SHARE));
    }

    private static void box(Canvas canvas, Detection detection, int line) {
        Colour colour = Colour.ofClass(detection.classId());
        if (detection.angle().isEmpty()) {
            Rectangle box = pixels(detection.box());
            canvas.outline(box.left(), box.top(), box.right(), box.bottom(), line, colour);
            return;
        }
        for (Segment edge : edges(detection.box(), detection.angle().get())) {
            canvas.line(edge, line / 2f, colour, 1);
        }
    }

    /** The sides of a rectangle that is turned about its centre. */
    private static List<Segment> edges(Box box, float angle) {
        double along = Math.cos(angle);
        double across = Math.sin(angle);
        float centreX = box.x() + box.width() / 2;
        float centreY = box.y() + box.height() / 2;
        float[][] corners = new float[4][];
        for (int i = 0; i < 4; i++) {
            double x = (i == 0 || i == 3 ? -0.5 : 0.5) * box.width();
            double y = (i < 2 ? -0.5 : 0.5) * box.height();
            corners[i] =
                    new float[] {(float) (centreX + x * along - y * across), (float) (centreY + x * across + y * along)
                    };
        }
        List<Segment> edges = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            float[] next = corners[(i + 1) % 4];
            edges.add(new Segment(corners[i][0], corners[i][1], next[0], next[1]));
        }
        return edges;
    }

    /** The upright box around an object that may be turned. */
    private static Box around(Detection detection) {
        if (detection.angle().isEmpty()) {
            return detection.box();
        }
        Box box = detection.box();
        double along = Math.abs(Math.cos(detection.angle().get()));
        double across = Math.abs(Math.sin(detection.angle().get()));
        float width = (float) (box.width() * along + box.height() * across);
        float height = (float) (box.width() * across + box.height() * along);
        return new Box(box.x() + (box.width() - width) / 2, box.y() + (box.height() - height) / 2, width, height);
    }

    /** Where the object came from, fainter the longer ago. */
    private static void way(Canvas canvas, Detection detection, int line) {
        List<Track.Position> all = detection.track().map(Track::trajectory).orElse(List.of());
        List<Track.Position> last = all.subList(Math.max(0, all.size() - WAY), all.size());
        Colour colour = Colour.ofClass(detection.classId());
        for (int i = 1; i < last.size(); i++) {
            Segment step = new Segment(
                    last.get(i - 1).x(),
                    last.get(i - 1).y(),
                    last.get(i).x(),
                    last.get(i).y());
            float share = FAINTEST + (1 - FAINTEST) * i / (last.size() - 1);
            canvas.line(step, line, Colour.BLACK, RIM_SHARE * share);
            canvas.line(step, 0.6f * line, colour, share);
        }
    }

    private static void keyPoints(Canvas canvas, Detection detection, int line) {
        Colour colour = Colour.ofClass(detection.classId());
        for (Segment limb : Skeleton.lines(detection.keyPoints())) {
            canvas.line(limb, line, Colour.BLACK, RIM_SHARE);
            canvas.line(limb, 0.6f * line, colour, 1);
        }
        for (Segment dot : Skeleton.dots(detection.keyPoints())) {
            canvas.line(dot, 1.5f * line + 0.5f, Colour.BLACK, 1);
            canvas.line(dot, 1.5f * line - 0.5f, colour, 1);
        }
    }

    /** Lines of text on a filled rectangle, at a box. */
    private record Tag(Rectangle at, List<TagText> lines, Colour colour) {}

    private static void tag(Canvas canvas, TagPlacement places, Tag tag, float cap) {
        float scale = cap / StrokeFont.CAP_HEIGHT;
        int margin = Math.max(2, Math.round(cap * 0.35f));
        float room = (canvas.width() - 2 * margin) / scale;
        int pitch = Math.round((StrokeFont.CAP_HEIGHT + StrokeFont.DESCENT) * scale) + margin / 2;
        // Where all lines find no place, fewer may: the first says what the object is.
        for (int count = tag.lines.size(); count > 0; count--) {
            List<String> texts = tag.lines.subList(0, count).stream()
                    .map(line -> line.within(room))
                    .toList();
            int widest = texts.stream().mapToInt(StrokeFont::width).max().orElse(0);
            int width = Math.min(canvas.width(), Math.round(widest * scale) + 2 * margin);
            Optional<Rectangle> found = places.place(tag.at, width, count * pitch + margin);
            if (found.isPresent()) {
                Rectangle place = found.get();
                canvas.fill(place.left(), place.top(), place.right(), place.bottom(), tag.colour);
                for (int i = 0; i < count; i++) {
                    float top = place.top() + margin + (float) i * pitch;
                    canvas.text(texts.get(i), place.left() + (float) margin, top, scale, tag.colour.ink());
                }
                return;
            }
        }
    }

    private static Rectangle pixels(Box box) {
        int left = (int) Math.floor(box.x());
        int top = (int) Math.floor(box.y());
        return new Rectangle(left, top, Math.max(left + 1, (int) Math.ceil(box.right())), Math.max(top + 1, (int)
                Math.ceil(box.bottom())));
    }
}
