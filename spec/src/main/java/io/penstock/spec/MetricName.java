package io.penstock.spec;

import java.util.List;

/** Every metric that is shown at {@code /metrics}: the list is the documentation. */
public enum MetricName {
    INFER_REQUESTS(
            "penstock_infer_requests_total",
            Type.COUNTER,
            "Inference requests by protocol and outcome.",
            "model",
            "version",
            "protocol",
            "outcome"),
    INFER_DURATION(
            "penstock_infer_duration_seconds",
            Type.HISTOGRAM,
            "Where the time of inference requests went; phase is queue, compute or total.",
            "model",
            "phase"),
    QUEUE_DEPTH("penstock_queue_depth", Type.GAUGE, "Requests that wait for a batch now.", "model"),
    MODEL_LOADED(
            "penstock_model_loaded",
            Type.GAUGE,
            "1 for each model in memory, 0 for one that is loaded when it is asked.",
            "model",
            "version"),
    MODEL_MEMORY("penstock_model_memory_bytes", Type.GAUGE, "What a model takes of its device's memory.", "model"),
    BYTES_IN_FLIGHT("penstock_bytes_in_flight", Type.GAUGE, "Bytes of bodies, pictures and tensors held now."),
    STREAM_FRAMES(
            "penstock_stream_frames_total",
            Type.COUNTER,
            "Frames of live streams; outcome is inferred, skipped, queue_full, too_old, decoder or failed.",
            "pipeline",
            "stream",
            "outcome"),
    STREAM_LATENCY(
            "penstock_stream_latency_seconds",
            Type.HISTOGRAM,
            "From a frame's arrival to its result.",
            "pipeline",
            "stage",
            "clock"),
    SINK_RESULTS(
            "penstock_sink_results_total",
            Type.COUNTER,
            "Results given to a pipeline's sinks; outcome is stored, dropped (no room) or failed (can never be written).",
            "pipeline",
            "sink",
            "outcome"),
    SINK_FAILING(
            "penstock_sink_failing",
            Type.GAUGE,
            "1 while a sink cannot write and is tried again, such as with a full disk.",
            "pipeline",
            "sink"),
    NV_REQUEST_SUCCESS(
            "nv_inference_request_success",
            Type.UNTYPED,
            "As Triton counts it: successful requests.",
            "model",
            "version"),
    NV_REQUEST_FAILURE(
            "nv_inference_request_failure", Type.UNTYPED, "As Triton counts it: failed requests.", "model", "version"),
    NV_COUNT(
            "nv_inference_count",
            Type.UNTYPED,
            "As Triton counts it: inferences, batches unfolded.",
            "model",
            "version"),
    NV_EXEC_COUNT(
            "nv_inference_exec_count",
            Type.UNTYPED,
            "As Triton counts it: executions of the model.",
            "model",
            "version"),
    NV_REQUEST_DURATION(
            "nv_inference_request_duration_us",
            Type.UNTYPED,
            "As Triton counts it: microseconds from arrival to answer.",
            "model",
            "version"),
    NV_QUEUE_DURATION(
            "nv_inference_queue_duration_us",
            Type.UNTYPED,
            "As Triton counts it: microseconds queued.",
            "model",
            "version"),
    NV_COMPUTE_DURATION(
            "nv_inference_compute_infer_duration_us",
            Type.UNTYPED,
            "As Triton counts it: microseconds in the model.",
            "model",
            "version"),
    NV_PENDING(
            "nv_inference_pending_request_count",
            Type.UNTYPED,
            "As Triton counts it: waiting requests.",
            "model",
            "version");

    private final String metricName;
    private final Type type;
    private final String help;

    @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable, though its type does not say so
    private final List<String> labels;

    /** How a metric behaves. */
    public enum Type {
        COUNTER,
        GAUGE,
        HISTOGRAM,
        /** Shown under exactly its name: a counter would get {@code _total}. */
        UNTYPED
    }

    MetricName(String metricName, Type type, String help, String... labels) {
        this.metricName = metricName;
        this.type = type;
        this.help = help;
        this.labels = List.of(labels);
    }

    /** As it is scraped. */
    public String metricName() {
        return metricName;
    }

    public Type type() {
        return type;
    }

    public String help() {
        return help;
    }

    public List<String> labels() {
        return labels;
    }
}
