package io.penstock.vision.draw;

import io.penstock.pipeline.frame.Classification;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Inference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What stands on the tag of an object, or of the whole picture: a line of its own, and one for each thing that other
 * pipelines said of it.
 *
 * @param label without its score
 * @param score written behind the label, or empty
 */
record TagText(String label, String score) {
    /** An object of which more is said than this has a tag that hides too much. */
    private static final int MOST_LINES = 4;

    static List<TagText> of(Detection detection) {
        List<TagText> lines = new ArrayList<>();
        String id = detection.track().map(track -> " #" + track.id()).orElse("");
        lines.add(line(detection.label() + id, detection.score()));
        detection.inferred().forEach(each -> gather(each, lines));
        return limited(lines);
    }

    /** Empty where nothing is said of the picture as a whole. */
    static List<TagText> ofWhole(Findings findings) {
        List<TagText> lines = new ArrayList<>();
        best(findings, lines);
        for (Inference each : findings.inferred()) {
            best(each.findings(), lines);
        }
        return limited(lines);
    }

    private static void gather(Inference inference, List<TagText> lines) {
        best(inference.findings(), lines);
        for (Detection inner : inference.findings().detections()) {
            lines.add(line(inner.label(), inner.score()));
            inner.inferred().forEach(each -> gather(each, lines));
        }
        inference.findings().inferred().forEach(each -> gather(each, lines));
    }

    private static void best(Findings findings, List<TagText> lines) {
        if (!findings.classifications().isEmpty()) {
            Classification best = findings.classifications().getFirst();
            lines.add(line(best.label(), best.score()));
        }
    }

    private static List<TagText> limited(List<TagText> lines) {
        return List.copyOf(lines.subList(0, Math.min(lines.size(), MOST_LINES)));
    }

    private static TagText line(String label, float score) {
        return new TagText(StrokeFont.drawable(label), String.format(Locale.ROOT, " %.2f", score));
    }

    /** The line at most so wide, in the font's units; it loses letters, then its score. */
    String within(float room) {
        String shorter = label;
        String text = label + score;
        // Smaller text could not be read.
        while (StrokeFont.width(text) > room && !text.isEmpty()) {
            shorter = shorter.isEmpty() ? shorter : shorter.substring(0, shorter.length() - 1);
            text = shorter.isEmpty() ? text.substring(0, text.length() - 1) : shorter + "." + score;
        }
        return text;
    }
}
