package io.penstock.vision.draw;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.ResultPainter;
import io.penstock.vision.draw.TagPlacement.Rectangle;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Draws boxes in their classes' colours, and labels with scores on filled tags. Lines and text grow with the picture.
 *
 * <p>Threads: immutable.
 */
public final class DetectionPainter implements ResultPainter {
    private static final int SIDE_PER_LINE = 320;
    private static final int SIDE_PER_CAP = 48;
    private static final int LEAST_CAP = 7;

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
        for (Detection detection : worstFirst) {
            Rectangle box = pixels(detection.box());
            canvas.outline(box.left(), box.top(), box.right(), box.bottom(), line, Colour.ofClass(detection.classId()));
        }
        TagPlacement places = new TagPlacement(picture.width(), picture.height());
        for (Detection detection : worstFirst.reversed()) {
            tag(canvas, places, detection, cap);
        }
        return canvas.picture();
    }

    private static void tag(Canvas canvas, TagPlacement places, Detection detection, float cap) {
        String score = String.format(Locale.ROOT, " %.2f", detection.score());
        String label = StrokeFont.drawable(detection.label());
        float scale = cap / StrokeFont.CAP_HEIGHT;
        int margin = Math.max(2, Math.round(cap * 0.35f));
        int room = canvas.width() - 2 * margin;
        String text = label + score;
        // A name wider than the picture loses letters, then its score: smaller text could not be read.
        while (StrokeFont.width(text) * scale > room && !text.isEmpty()) {
            label = label.isEmpty() ? label : label.substring(0, label.length() - 1);
            text = label.isEmpty() ? text.substring(0, text.length() - 1) : label + "." + score;
        }
        int width = Math.min(canvas.width(), Math.round(StrokeFont.width(text) * scale) + 2 * margin);
        int height = Math.round((StrokeFont.CAP_HEIGHT + StrokeFont.DESCENT) * scale) + margin + margin / 2;
        Rectangle tag = places.place(pixels(detection.box()), width, height);
        Colour colour = Colour.ofClass(detection.classId());
        canvas.fill(tag.left(), tag.top(), tag.right(), tag.bottom(), colour);
        canvas.text(text, tag.left() + (float) margin, tag.top() + (float) margin, scale, colour.ink());
    }

    private static Rectangle pixels(Box box) {
        int left = (int) Math.floor(box.x());
        int top = (int) Math.floor(box.y());
        return new Rectangle(left, top, Math.max(left + 1, (int) Math.ceil(box.right())), Math.max(top + 1, (int)
                Math.ceil(box.bottom())));
    }
}
