package io.penstock.app;

import io.penstock.pipeline.Result;
import io.penstock.pipeline.ResultJson;
import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Crops;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Inference;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Writes what was found in pictures, one by one or all together at the end. */
final class InferReport {
    private final PrintWriter out;
    private final Format format;
    private final List<String> whole = new ArrayList<>();
    private final List<String> annotations = new ArrayList<>();
    private final Map<Integer, String> categories = new TreeMap<>();
    private boolean begun;

    /** How results are written. */
    enum Format {
        TABLE,
        JSON,
        JSONL,
        /** A line for each box, after RFC 4180. */
        CSV,
        /** One object of images, annotations and categories, as COCO's files are. */
        COCO
    }

    InferReport(PrintWriter out, Format format) {
        this.out = out;
        this.format = format;
    }

    /** Whether each result is written as it comes. */
    boolean writesAtOnce() {
        return switch (format) {
            case TABLE, JSONL, CSV -> true;
            case JSON, COCO -> false;
        };
    }

    void picture(String name, Result result) {
        switch (format) {
            case JSON -> whole.add(ResultJson.write(result));
            case JSONL -> out.println(ResultJson.write(result));
            case TABLE -> table(name, result);
            case CSV -> csv(name, result);
            case COCO -> coco(name, result);
        }
    }

    /** The answer to a request in JSON, as it is. */
    void tensors(String answer) {
        if (format == Format.JSON) {
            whole.add(answer);
        } else {
            out.println(answer);
        }
    }

    /** Writes what waited for the rest. */
    void end() {
        switch (format) {
            case JSON -> out.println("[" + String.join(",\n ", whole) + "]");
            case COCO -> {
                List<String> names = new ArrayList<>();
                categories.forEach((id, label) -> names.add("{\"id\":" + id + ",\"name\":" + quoted(label) + "}"));
                out.println("{\"images\":[" + String.join(",\n ", whole) + "],\n\"annotations\":["
                        + String.join(",\n ", annotations) + "],\n\"categories\":[" + String.join(",", names) + "]}");
            }
            case TABLE, JSONL, CSV -> {}
        }
    }

    private void table(String name, Result result) {
        out.println(name + "  " + result.width() + " x " + result.height() + "  "
                + result.findings().detections().size() + " found");
        for (Detection detection : result.findings().detections()) {
            Box box = detection.box();
            out.println(String.format(
                    Locale.ROOT,
                    "  %-16s %.2f   x %7.1f  y %7.1f  width %7.1f  height %7.1f",
                    detection.label(),
                    detection.score(),
                    box.x(),
                    box.y(),
                    box.width(),
                    box.height()));
            detection.inferred().forEach(inference -> inferred("    ", inference));
        }
        result.findings().inferred().forEach(inference -> inferred("  ", inference));
        for (Crops crops : result.findings().crops()) {
            if (crops.leftOut() > 0) {
                out.println("  " + crops.leftOut() + " more were not shown to " + crops.pipeline());
            }
        }
    }

    /** What another pipeline said, a line for each thing. */
    private void inferred(String margin, Inference inference) {
        Findings said = inference.findings();
        String pipeline = margin + inference.pipeline() + ": ";
        said.classifications().stream()
                .limit(1)
                .forEach(best ->
                        out.println(pipeline + best.label() + String.format(Locale.ROOT, " %.2f", best.score())));
        for (Detection detection : said.detections()) {
            out.println(pipeline + detection.label() + String.format(Locale.ROOT, " %.2f", detection.score()));
            detection.inferred().forEach(further -> inferred(margin + "  ", further));
        }
        if (!said.embedding().isEmpty()) {
            out.println(pipeline + said.embedding().size() + " numbers");
        }
        said.inferred().forEach(further -> inferred(margin + "  ", further));
    }

    private void csv(String name, Result result) {
        if (!begun) {
            out.print("file,imageWidth,imageHeight,label,classId,score,x,y,width,height\r\n");
            begun = true;
        }
        for (Detection detection : result.findings().detections()) {
            Box box = detection.box();
            out.print(String.format(
                    Locale.ROOT,
                    "%s,%d,%d,%s,%d,%.4f,%.1f,%.1f,%.1f,%.1f\r\n",
                    cell(name),
                    result.width(),
                    result.height(),
                    cell(detection.label()),
                    detection.classId(),
                    detection.score(),
                    box.x(),
                    box.y(),
                    box.width(),
                    box.height()));
        }
        out.flush();
    }

    private static String cell(String text) {
        return text.matches("[^,\"\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private void coco(String name, Result result) {
        int image = whole.size() + 1;
        whole.add("{\"id\":" + image + ",\"file_name\":" + quoted(name) + ",\"width\":" + result.width()
                + ",\"height\":" + result.height() + "}");
        for (Detection detection : result.findings().detections()) {
            Box box = detection.box();
            categories.put(detection.classId(), detection.label());
            annotations.add(String.format(
                    Locale.ROOT,
                    "{\"id\":%d,\"image_id\":%d,\"category_id\":%d,\"bbox\":[%.1f,%.1f,%.1f,%.1f],\"area\":%.1f,\"iscrowd\":0,"
                            + "\"score\":%.4f}",
                    annotations.size() + 1,
                    image,
                    detection.classId(),
                    box.x(),
                    box.y(),
                    box.width(),
                    box.height(),
                    box.width() * box.height(),
                    detection.score()));
        }
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder();
        ResultJson.string(out, text);
        return out.toString();
    }
}
