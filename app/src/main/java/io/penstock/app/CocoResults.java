package io.penstock.app;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Boxes as COCO's results are written. Labels that the truth has no number for are left out. */
final class CocoResults implements Scoring.Found {
    private final Truths truths;
    private final List<String> lines = new ArrayList<>();

    CocoResults(Truths truths) {
        this.truths = truths;
    }

    @Override
    public void picture(int index, List<Detection> detections) {
        for (Detection detection : detections) {
            Box box = detection.box();
            truths.categoryId(detection.label())
                    .ifPresent(category -> lines.add(String.format(
                            Locale.ROOT,
                            "{\"image_id\":%d,\"category_id\":%d,\"bbox\":[%.3f,%.3f,%.3f,%.3f],\"score\":%.6f}",
                            truths.imageId(index),
                            category,
                            box.x(),
                            box.y(),
                            box.width(),
                            box.height(),
                            detection.score())));
        }
    }

    String json() {
        return "[" + String.join(",\n", lines) + "]\n";
    }
}
