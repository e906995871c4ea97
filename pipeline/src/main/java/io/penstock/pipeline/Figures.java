package io.penstock.pipeline;

import io.penstock.serving.LatencyHistogram;
import io.penstock.serving.Model;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.ModelStatistics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * What a process has done: models, streams by {@code pipeline/stream}, sinks by {@code pipeline/sink}.
 *
 * @param refusedEdit why the last edit of a document was refused; empty when it was not
 */
public record Figures(
        Duration elapsed,
        Duration startToReady,
        ModelRegistry models,
        List<Pipeline> pipelines,
        long bytesInFlight,
        String refusedEdit) {

    /** The object of {@code --stats} and {@code /dashboard/stats}. */
    public String json() {
        StringBuilder out = new StringBuilder(1024).append('{');
        members(out);
        ResultJson.strings(
                out.append(",\"pipelines\":"),
                pipelines.stream().map(Pipeline::name).toList());
        return out.append('}').toString();
    }

    /** Appends the object's members, without those that say which pipelines there are. */
    public void members(StringBuilder out) {
        out.append("\"elapsedSeconds\":").append(number(elapsed.toNanos() * 1e-9));
        out.append(",\"startToReadySeconds\":").append(number(startToReady.toNanos() * 1e-9));
        out.append(",\"bytesInFlight\":").append(bytesInFlight);
        if (!refusedEdit.isEmpty()) {
            ResultJson.string(out.append(",\"refusedEdit\":"), refusedEdit);
        }
        out.append(",\"models\":{");
        String separator = "";
        for (Model model : models.all()) {
            if (model instanceof PipelineModel) {
                continue; // its work is counted by the model that it calls
            }
            out.append(separator);
            ResultJson.string(out, model.name());
            model(out.append(':'), model.statistics());
            separator = ",";
        }
        out.append("},\"streams\":{");
        separator = "";
        for (Pipeline pipeline : pipelines) {
            for (LiveStream stream : pipeline.streams()) {
                out.append(separator);
                ResultJson.string(out, pipeline.name() + "/" + stream.name());
                stream(out.append(':'), stream);
                separator = ",";
            }
        }
        out.append("},\"sinks\":{");
        separator = "";
        for (Pipeline pipeline : pipelines) {
            for (SinkCounters sink : pipeline.sinks()) {
                out.append(separator);
                ResultJson.string(out, pipeline.name() + "/" + sink.name());
                sink(out.append(':'), sink);
                separator = ",";
            }
        }
        out.append('}');
    }

    private static void sink(StringBuilder out, SinkCounters sink) {
        out.append("{\"received\":").append(sink.received());
        out.append(",\"stored\":").append(sink.stored());
        out.append(",\"dropped\":").append(sink.dropped());
        out.append(",\"failed\":").append(sink.failed());
        out.append(",\"waiting\":").append(sink.waiting());
        out.append(",\"failing\":").append(sink.isFailing()).append('}');
    }

    private static void model(StringBuilder out, ModelStatistics statistics) {
        out.append("{\"requests\":").append(statistics.requestsSucceeded() + statistics.requestsFailed());
        out.append(",\"executions\":").append(statistics.executions());
        out.append(",\"failures\":").append(statistics.requestsFailed());
        out.append(",\"queueSeconds\":");
        percentiles(out, statistics.queueTime());
        out.append(",\"computeSeconds\":");
        percentiles(out, statistics.computeTime());
        if (statistics.lastInferenceMillis() > 0) {
            out.append(",\"lastRequestAt\":\"")
                    .append(Instant.ofEpochMilli(statistics.lastInferenceMillis()))
                    .append('"');
        }
        out.append('}');
    }

    private static void stream(StringBuilder out, LiveStream stream) {
        StreamCounters counters = stream.counters();
        out.append("{\"captured\":").append(counters.captured());
        out.append(",\"inferred\":").append(counters.inferred());
        out.append(",\"skipped\":").append(counters.skipped());
        out.append(",\"dropped\":{\"queueFull\":").append(counters.droppedQueueFull());
        out.append(",\"tooOld\":").append(counters.droppedTooOld());
        out.append(",\"decoder\":").append(counters.droppedByDecoder());
        out.append(",\"failed\":").append(counters.droppedFailed());
        out.append("},\"inFlight\":").append(counters.inFlight());
        out.append(",\"viewers\":{\"sent\":").append(stream.framesSent());
        out.append(",\"superseded\":").append(stream.framesSuperseded());
        out.append("},\"captureToResultSeconds\":");
        percentiles(out, counters.captureToResult());
        out.append('}');
    }

    private static void percentiles(StringBuilder out, LatencyHistogram histogram) {
        out.append("{\"p50\":").append(number(histogram.quantileSeconds(0.5)));
        out.append(",\"p99\":").append(number(histogram.quantileSeconds(0.99))).append('}');
    }

    /** Six decimals, whatever the user's language. */
    public static String number(double value) {
        return String.format(Locale.ROOT, "%.6f", value);
    }
}
