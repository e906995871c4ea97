package io.penstock.server.metrics;

import io.penstock.pipeline.LiveStream;
import io.penstock.pipeline.Pipeline;
import io.penstock.pipeline.SinkCounters;
import io.penstock.pipeline.StreamCounters;
import io.penstock.server.net.HttpReply;
import io.penstock.server.net.HttpRequest;
import io.penstock.server.net.Router;
import io.penstock.serving.LatencyHistogram;
import io.penstock.serving.Model;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.ModelStatistics;
import io.penstock.serving.tensor.TensorPool;
import io.penstock.spec.MetricName;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** {@code GET /metrics}: what models and streams counted themselves, read when it is scraped. */
public final class MetricsApi {
    private static final double[] BOUNDS = {
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, Double.POSITIVE_INFINITY
    };

    private final ModelRegistry models;
    private final Supplier<List<Pipeline>> pipelines;
    private final TensorPool pool;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();

    public MetricsApi(
            ModelRegistry models, Supplier<List<Pipeline>> pipelines, TensorPool pool, InferCounter requests) {
        this.models = models;
        this.pipelines = pipelines;
        this.pool = pool;
        registry.register(requests.collector());
        registry.register(this::collect);
    }

    public void addTo(Router router) {
        router.add("GET", "/metrics", (request, variables) -> scrape(request));
    }

    private HttpReply scrape(HttpRequest request) {
        String accept = request.headers().find("accept").orElse("");
        ExpositionFormatWriter writer = accept.contains("openmetrics-text")
                ? formats.getOpenMetricsTextFormatWriter()
                : formats.getPrometheusTextFormatWriter();
        ByteArrayOutputStream out = new ByteArrayOutputStream(8192);
        try {
            writer.write(out, registry.scrape());
        } catch (IOException e) { // nothing is written but memory
            throw new UncheckedIOException(e);
        }
        return HttpReply.bytes(200, writer.getContentType(), out.toByteArray());
    }

    private MetricSnapshots collect() {
        List<MetricSnapshot> all = new ArrayList<>();
        addModels(all);
        addStreams(all);
        addSinks(all);
        all.add(GaugeSnapshot.builder()
                .name(MetricName.BYTES_IN_FLIGHT.metricName())
                .help(MetricName.BYTES_IN_FLIGHT.help())
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value((double) pool.bytesInFlight())
                        .build())
                .build());
        return new MetricSnapshots(all);
    }

    private void addModels(List<MetricSnapshot> all) {
        all.add(gauge(MetricName.MODEL_LOADED, model -> model.isLoaded() ? 1 : 0, true));
        all.add(gauge(MetricName.MODEL_MEMORY, model -> model.isLoaded() ? model.memoryBytes() : 0, false));
        all.add(gauge(MetricName.QUEUE_DEPTH, model -> model.statistics().queueDepth(), false));
        HistogramSnapshot.Builder durations = HistogramSnapshot.builder()
                .name(MetricName.INFER_DURATION.metricName())
                .help(MetricName.INFER_DURATION.help());
        for (Model model : models.all()) {
            ModelStatistics statistics = model.statistics();
            durations.dataPoint(histogram(statistics.queueTime(), phase(model, "queue")));
            durations.dataPoint(histogram(statistics.computeTime(), phase(model, "compute")));
            durations.dataPoint(histogram(statistics.totalTime(), phase(model, "total")));
        }
        all.add(durations.build());
        all.add(triton(MetricName.NV_REQUEST_SUCCESS, ModelStatistics::requestsSucceeded));
        all.add(triton(MetricName.NV_REQUEST_FAILURE, ModelStatistics::requestsFailed));
        all.add(triton(MetricName.NV_COUNT, ModelStatistics::items));
        all.add(triton(MetricName.NV_EXEC_COUNT, ModelStatistics::executions));
        all.add(triton(MetricName.NV_REQUEST_DURATION, each -> each.totalTime().totalSeconds() * 1e6));
        all.add(triton(MetricName.NV_QUEUE_DURATION, each -> each.queueTime().totalSeconds() * 1e6));
        all.add(triton(
                MetricName.NV_COMPUTE_DURATION, each -> each.computeTime().totalSeconds() * 1e6));
        all.add(triton(MetricName.NV_PENDING, ModelStatistics::queueDepth));
    }

    private static Labels phase(Model model, String phase) {
        return Labels.of("model", model.name(), "phase", phase);
    }

    private static Labels versioned(Model model) {
        return Labels.of("model", model.name(), "version", model.version());
    }

    private GaugeSnapshot gauge(MetricName name, ToDoubleFunction<Model> value, boolean withVersion) {
        GaugeSnapshot.Builder builder =
                GaugeSnapshot.builder().name(name.metricName()).help(name.help());
        for (Model model : models.all()) {
            builder.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(withVersion ? versioned(model) : Labels.of("model", model.name()))
                    .value(value.applyAsDouble(model))
                    .build());
        }
        return builder.build();
    }

    private UnknownSnapshot triton(MetricName name, ToDoubleFunction<ModelStatistics> value) {
        UnknownSnapshot.Builder builder =
                UnknownSnapshot.builder().name(name.metricName()).help(name.help());
        for (Model model : models.all()) {
            builder.dataPoint(UnknownSnapshot.UnknownDataPointSnapshot.builder()
                    .labels(versioned(model))
                    .value(value.applyAsDouble(model.statistics()))
                    .build());
        }
        return builder.build();
    }

    private void addStreams(List<MetricSnapshot> all) {
        String frames = MetricName.STREAM_FRAMES.metricName();
        CounterSnapshot.Builder builder = CounterSnapshot.builder()
                .name(frames.substring(0, frames.length() - "_total".length()))
                .help(MetricName.STREAM_FRAMES.help());
        HistogramSnapshot.Builder latency = HistogramSnapshot.builder()
                .name(MetricName.STREAM_LATENCY.metricName())
                .help(MetricName.STREAM_LATENCY.help());
        for (Pipeline pipeline : pipelines.get()) {
            for (LiveStream stream : pipeline.streams()) {
                addOutcomes(builder, pipeline.name(), stream);
            }
            if (pipeline.streams().size() == 1) {
                Labels labels = Labels.of("pipeline", pipeline.name(), "stage", "total", "clock", "process");
                latency.dataPoint(
                        histogram(pipeline.streams().getFirst().counters().captureToResult(), labels));
            }
        }
        all.add(builder.build());
        all.add(latency.build());
    }

    private static void addOutcomes(CounterSnapshot.Builder builder, String pipeline, LiveStream stream) {
        StreamCounters counters = stream.counters();
        String name = stream.name();
        builder.dataPoint(outcome(pipeline, name, "inferred", counters.inferred()));
        builder.dataPoint(outcome(pipeline, name, "skipped", counters.skipped()));
        builder.dataPoint(outcome(pipeline, name, "queue_full", counters.droppedQueueFull()));
        builder.dataPoint(outcome(pipeline, name, "too_old", counters.droppedTooOld()));
        builder.dataPoint(outcome(pipeline, name, "decoder", counters.droppedByDecoder()));
        builder.dataPoint(outcome(pipeline, name, "failed", counters.droppedFailed()));
    }

    private void addSinks(List<MetricSnapshot> all) {
        String results = MetricName.SINK_RESULTS.metricName();
        CounterSnapshot.Builder outcomes = CounterSnapshot.builder()
                .name(results.substring(0, results.length() - "_total".length()))
                .help(MetricName.SINK_RESULTS.help());
        GaugeSnapshot.Builder failing = GaugeSnapshot.builder()
                .name(MetricName.SINK_FAILING.metricName())
                .help(MetricName.SINK_FAILING.help());
        for (Pipeline pipeline : pipelines.get()) {
            for (SinkCounters sink : pipeline.sinks()) {
                outcomes.dataPoint(settled(pipeline, sink, "stored", sink.stored()));
                outcomes.dataPoint(settled(pipeline, sink, "dropped", sink.dropped()));
                outcomes.dataPoint(settled(pipeline, sink, "failed", sink.failed()));
                failing.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(Labels.of("pipeline", pipeline.name(), "sink", sink.name()))
                        .value(sink.isFailing() ? 1 : 0)
                        .build());
            }
        }
        all.add(outcomes.build());
        all.add(failing.build());
    }

    private static CounterSnapshot.CounterDataPointSnapshot settled(
            Pipeline pipeline, SinkCounters sink, String outcome, long value) {
        return CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(Labels.of("pipeline", pipeline.name(), "sink", sink.name(), "outcome", outcome))
                .value((double) value)
                .build();
    }

    private static CounterSnapshot.CounterDataPointSnapshot outcome(
            String pipeline, String stream, String outcome, long value) {
        return CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(Labels.of("pipeline", pipeline, "stream", stream, "outcome", outcome))
                .value((double) value)
                .build();
    }

    private static HistogramSnapshot.HistogramDataPointSnapshot histogram(LatencyHistogram histogram, Labels labels) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        long before = 0;
        for (double bound : BOUNDS) {
            long atMost = Math.max(before, histogram.countAtMost(bound));
            buckets.bucket(bound, atMost - before);
            before = atMost;
        }
        return HistogramSnapshot.HistogramDataPointSnapshot.builder()
                .labels(labels)
                .sum(histogram.totalSeconds())
                .classicHistogramBuckets(buckets.build())
                .build();
    }
}
