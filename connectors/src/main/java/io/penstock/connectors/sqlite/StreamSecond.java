package io.penstock.connectors.sqlite;

import io.penstock.pipeline.Result;
import io.penstock.pipeline.ResultJson;
import io.penstock.pipeline.frame.Detection;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was seen in one second of a live stream: how many of each label, and the best box of each.
 *
 * <p>Threads: one at a time.
 */
final class StreamSecond {
    private final String session;
    private final String pipeline;
    private final String stream;
    private final long second;
    private final int width;
    private final int height;
    private final Map<String, Seen> labels = new TreeMap<>();
    private long frames;
    private long lastFrame;

    /** One label's detections in the second. */
    private record Seen(long detections, int mostInOneFrame, Detection best, long bestFrame) {
        Seen and(Seen later) {
            boolean better = later.best.score() > best.score();
            return new Seen(
                    detections + later.detections,
                    Math.max(mostInOneFrame, later.mostInOneFrame),
                    better ? later.best : best,
                    better ? later.bestFrame : bestFrame);
        }

        Seen inSameFrame(Detection other) {
            boolean better = other.score() > best.score();
            return new Seen(detections + 1, mostInOneFrame + 1, better ? other : best, bestFrame);
        }
    }

    /** The second of this result, which is still to be added. */
    StreamSecond(Result first, String stream) {
        this.session = session(first);
        this.pipeline = first.pipeline();
        this.stream = stream;
        this.second = first.timestamp().getEpochSecond();
        this.width = first.width();
        this.height = first.height();
    }

    /** A frame's id without its index: pipeline, stream and session. */
    private static String session(Result result) {
        return result.id().substring(0, Math.max(0, result.id().lastIndexOf('/')));
    }

    boolean isOf(Result result) {
        return second == result.timestamp().getEpochSecond() && session.equals(session(result));
    }

    void add(Result result, long frame) {
        frames++;
        lastFrame = frame;
        Map<String, Seen> inFrame = new HashMap<>();
        for (Detection detection : result.findings().detections()) {
            Seen before = inFrame.get(detection.label());
            inFrame.put(
                    detection.label(),
                    before == null ? new Seen(1, 1, detection, frame) : before.inSameFrame(detection));
        }
        inFrame.forEach((label, seen) -> labels.merge(label, seen, Seen::and));
    }

    /** The same for the same second of the same session, so that writing it twice leaves one row. */
    String id() {
        return session + "/second/" + second;
    }

    Instant began() {
        return Instant.ofEpochSecond(second);
    }

    String json() {
        StringBuilder out = new StringBuilder(256);
        ResultJson.string(out.append("{\"id\":"), id());
        ResultJson.string(out.append(",\"pipeline\":"), pipeline);
        ResultJson.string(out.append(",\"stream\":"), stream);
        ResultJson.timestamp(out.append(",\"timestamp\":"), began());
        out.append(",\"frames\":").append(frames);
        out.append(",\"lastFrame\":").append(lastFrame);
        out.append(",\"width\":").append(width).append(",\"height\":").append(height);
        out.append(",\"labels\":[");
        String separator = "";
        for (Map.Entry<String, Seen> each : labels.entrySet()) {
            Seen seen = each.getValue();
            ResultJson.string(out.append(separator).append("{\"label\":"), each.getKey());
            out.append(",\"detections\":").append(seen.detections());
            out.append(",\"mostInOneFrame\":").append(seen.mostInOneFrame());
            out.append(",\"bestFrame\":").append(seen.bestFrame());
            ResultJson.detection(out.append(",\"best\":"), seen.best());
            out.append('}');
            separator = ",";
        }
        return out.append("]}").toString();
    }
}
