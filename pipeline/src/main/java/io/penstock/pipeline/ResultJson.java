package io.penstock.pipeline;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Classification;
import io.penstock.pipeline.frame.Crops;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Inference;
import io.penstock.pipeline.frame.KeyPoint;
import io.penstock.pipeline.frame.Mask;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** A result as the JSON object that every protocol, sink and page shows. */
public final class ResultJson {
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private ResultJson() {}

    /** Appends an instant as a JSON string, to the millisecond. */
    public static void timestamp(StringBuilder out, Instant instant) {
        out.append('"').append(TIMESTAMP.format(instant)).append('"');
    }

    public static String write(Result result) {
        StringBuilder out =
                new StringBuilder(256 + 128 * result.findings().detections().size());
        out.append("{\"id\":");
        string(out, result.id());
        out.append(",\"pipeline\":");
        string(out, result.pipeline());
        result.origin().ifPresent(origin -> {
            out.append(",\"stream\":");
            string(out, origin.stream());
            out.append(",\"frame\":").append(origin.frame());
            origin.time().ifPresent(time -> seconds(out.append(",\"sourceSeconds\":"), time));
        });
        timestamp(out.append(",\"timestamp\":"), result.timestamp());
        out.append(",\"width\":").append(result.width()).append(",\"height\":").append(result.height());
        detections(out.append(','), result.findings().detections());
        whole(out, result.findings());
        TrackJson.tallies(out, result.findings().tallies());
        inferred(out, result.findings().inferred());
        crops(out, result.findings().crops());
        out.append(",\"timings\":{\"queueSeconds\":");
        seconds(out, result.timings().queue());
        out.append(",\"preprocessSeconds\":");
        seconds(out, result.timings().preprocess());
        out.append(",\"inferSeconds\":");
        seconds(out, result.timings().infer());
        out.append(",\"postprocessSeconds\":");
        seconds(out, result.timings().postprocess());
        return out.append("}}").toString();
    }

    private static void detections(StringBuilder out, List<Detection> detections) {
        out.append("\"detections\":[");
        String separator = "";
        for (Detection detection : detections) {
            out.append(separator);
            detection(out, detection);
            separator = ",";
        }
        out.append(']');
    }

    /** What other pipelines said, each an object of its own that has its members as a result does. */
    private static void inferred(StringBuilder out, List<Inference> inferred) {
        String separator = ",\"inferred\":[";
        for (Inference inference : inferred) {
            Findings found = inference.findings();
            string(out.append(separator).append("{\"pipeline\":"), inference.pipeline());
            if (!found.detections().isEmpty()) {
                detections(out.append(','), found.detections());
            }
            whole(out, found);
            TrackJson.tallies(out, found.tallies());
            inferred(out, found.inferred());
            crops(out, found.crops());
            out.append('}');
            separator = ",";
        }
        out.append(inferred.isEmpty() ? "" : "]");
    }

    private static void crops(StringBuilder out, List<Crops> crops) {
        String separator = ",\"crops\":[";
        for (Crops each : crops) {
            string(out.append(separator).append("{\"pipeline\":"), each.pipeline());
            out.append(",\"shown\":").append(each.shown());
            out.append(",\"leftOut\":").append(each.leftOut()).append('}');
            separator = ",";
        }
        out.append(crops.isEmpty() ? "" : "]");
    }

    /** Appends one detection as the object that stands in a result. */
    public static void detection(StringBuilder out, Detection detection) {
        out.append("{\"label\":");
        string(out, detection.label());
        out.append(",\"classId\":").append(detection.classId()).append(",\"score\":");
        decimal(out, Math.round(detection.score() * 1e4), 4);
        Box box = detection.box();
        out.append(",\"box\":{\"x\":");
        decimal(out, Math.round(box.x() * 1e2), 2);
        out.append(",\"y\":");
        decimal(out, Math.round(box.y() * 1e2), 2);
        out.append(",\"width\":");
        decimal(out, Math.round(box.width() * 1e2), 2);
        out.append(",\"height\":");
        decimal(out, Math.round(box.height() * 1e2), 2);
        out.append('}');
        detection.angle().ifPresent(angle -> decimal(out.append(",\"angle\":"), Math.round(angle * 1e4), 4));
        detection.mask().ifPresent(mask -> mask(out, mask));
        keyPoints(out, detection.keyPoints());
        detection.track().ifPresent(track -> TrackJson.track(out, track));
        TrackJson.colours(out, detection.colours());
        inferred(out, detection.inferred());
        out.append('}');
    }

    private static void mask(StringBuilder out, Mask mask) {
        out.append(",\"mask\":{\"size\":[").append(mask.height()).append(',').append(mask.width());
        string(out.append("],\"counts\":"), mask.counts());
        out.append('}');
    }

    private static void keyPoints(StringBuilder out, List<KeyPoint> points) {
        String separator = ",\"keypoints\":[";
        for (KeyPoint point : points) {
            decimal(out.append(separator).append("{\"x\":"), Math.round(point.x() * 1e2), 2);
            decimal(out.append(",\"y\":"), Math.round(point.y() * 1e2), 2);
            decimal(out.append(",\"score\":"), Math.round(point.score() * 1e4), 4);
            out.append('}');
            separator = ",";
        }
        out.append(points.isEmpty() ? "" : "]");
    }

    /** What is said of the picture as a whole; nothing where nothing is. */
    private static void whole(StringBuilder out, Findings findings) {
        String separator = ",\"classifications\":[";
        for (Classification found : findings.classifications()) {
            string(out.append(separator).append("{\"label\":"), found.label());
            out.append(",\"classId\":").append(found.classId()).append(",\"score\":");
            decimal(out, Math.round(found.score() * 1e4), 4);
            out.append('}');
            separator = ",";
        }
        out.append(findings.classifications().isEmpty() ? "" : "]");
        separator = ",\"embedding\":[";
        for (float value : findings.embedding()) {
            decimal(out.append(separator), Math.round(value * 1e6), 6);
            separator = ",";
        }
        out.append(findings.embedding().isEmpty() ? "" : "]");
    }

    static void seconds(StringBuilder out, Duration duration) {
        decimal(out, duration.toNanos() / 1_000, 6);
    }

    /** {@code scaled} divided by ten to the power of {@code places}, without an exponent. */
    static void decimal(StringBuilder out, long scaled, int places) {
        long power = 1;
        for (int i = 0; i < places; i++) {
            power *= 10;
        }
        if (scaled < 0) {
            out.append('-');
        }
        long magnitude = Math.abs(scaled);
        out.append(magnitude / power).append('.');
        String fraction = Long.toString(magnitude % power + power);
        int end = fraction.length();
        while (end > 2 && fraction.charAt(end - 1) == '0') {
            end--;
        }
        out.append(fraction, 1, end);
    }

    /** Appends {@code texts} as a JSON array of strings. */
    public static void strings(StringBuilder out, Iterable<String> texts) {
        out.append('[');
        String separator = "";
        for (String text : texts) {
            string(out.append(separator), text);
            separator = ",";
        }
        out.append(']');
    }

    /** Appends {@code text} as a JSON string. */
    public static void string(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || (Character.isSurrogate(c) && !isPaired(text, i))) {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean isPaired(String text, int index) {
        char c = text.charAt(index);
        return Character.isHighSurrogate(c)
                ? index + 1 < text.length() && Character.isLowSurrogate(text.charAt(index + 1))
                : index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
    }
}
