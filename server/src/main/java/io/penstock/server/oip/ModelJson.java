package io.penstock.server.oip;

import io.penstock.pipeline.ResultJson;
import io.penstock.serving.LatencyHistogram;
import io.penstock.serving.Model;
import io.penstock.serving.ModelStatistics;
import io.penstock.serving.TensorModel;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** What the protocol's REST form says of a model. */
final class ModelJson {
    private ModelJson() {}

    static String metadata(TensorModel model, List<String> versions) {
        ModelSignature signature = model.signature();
        StringBuilder out = new StringBuilder(256).append("{\"name\":");
        ResultJson.string(out, model.name());
        ResultJson.strings(out.append(",\"versions\":"), versions);
        out.append(",\"platform\":");
        ResultJson.string(out, signature.platform());
        out.append(",\"inputs\":");
        tensors(out, signature.inputs(), "datatype", "shape", "");
        out.append(",\"outputs\":");
        tensors(out, signature.outputs(), "datatype", "shape", "");
        return out.append('}').toString();
    }

    /** The little of Triton's model configuration that clients look at. */
    static String config(TensorModel model) {
        ModelSignature signature = model.signature();
        StringBuilder out = new StringBuilder(256).append("{\"name\":");
        ResultJson.string(out, model.name());
        out.append(",\"platform\":");
        ResultJson.string(out, signature.platform());
        ResultJson.string(out.append(",\"backend\":"), backend(signature));
        out.append(",\"max_batch_size\":").append(model.maxBatchSize()).append(",\"input\":");
        tensors(out, items(model, signature.inputs()), "data_type", "dims", "TYPE_");
        out.append(",\"output\":");
        tensors(out, items(model, signature.outputs()), "data_type", "dims", "TYPE_");
        return out.append(",\"model_transaction_policy\":{\"decoupled\":false}}")
                .toString();
    }

    /** Shapes as a configuration writes them: without the batch dimension where the model says how large it may be. */
    static List<TensorSignature> items(TensorModel model, List<TensorSignature> tensors) {
        return model.maxBatchSize() == 0
                ? tensors
                : tensors.stream().map(ModelJson::item).toList();
    }

    private static TensorSignature item(TensorSignature tensor) {
        long[] dims = tensor.shape().toArray();
        return new TensorSignature(
                tensor.name(),
                tensor.type(),
                Shape.of(Arrays.copyOfRange(dims, Math.min(1, dims.length), dims.length)));
    }

    /** Triton names the backend apart from the platform: {@code onnxruntime} of {@code onnxruntime_onnx}. */
    static String backend(ModelSignature signature) {
        int end = signature.platform().lastIndexOf('_');
        return end < 0 ? signature.platform() : signature.platform().substring(0, end);
    }

    private static void tensors(
            StringBuilder out, List<TensorSignature> tensors, String typeField, String shapeField, String prefix) {
        out.append('[');
        String separator = "";
        for (TensorSignature tensor : tensors) {
            out.append(separator).append("{\"name\":");
            ResultJson.string(out, tensor.name());
            String type = tensor.type().name();
            boolean isTritonString = !prefix.isEmpty() && type.equals("BYTES");
            out.append(",\"").append(typeField).append("\":\"").append(prefix);
            out.append(isTritonString ? "STRING" : type).append("\",\"").append(shapeField);
            out.append("\":").append(tensor.shape()).append('}');
            separator = ",";
        }
        out.append(']');
    }

    static String statistics(List<? extends Model> models) {
        StringBuilder out = new StringBuilder(512).append("{\"model_stats\":[");
        String separator = "";
        for (Model model : models) {
            ModelStatistics statistics = model.statistics();
            ResultJson.string(out.append(separator).append("{\"name\":"), model.name());
            ResultJson.string(out.append(",\"version\":"), model.version());
            out.append(",\"last_inference\":").append(statistics.lastInferenceMillis());
            out.append(",\"inference_count\":").append(statistics.items());
            out.append(",\"execution_count\":").append(statistics.executions());
            phases(out.append(",\"inference_stats\":{"), statistics);
            batches(out.append("},\"batch_stats\":["), statistics);
            out.append("]}");
            separator = ",";
        }
        return out.append("]}").toString();
    }

    private static void phases(StringBuilder out, ModelStatistics statistics) {
        duration(out, "success", statistics.requestsSucceeded(), nanos(statistics.totalTime()));
        duration(out.append(','), "fail", statistics.requestsFailed(), nanos(statistics.failureTime()));
        timed(out.append(','), "queue", statistics.queueTime());
        timed(out.append(','), "compute_input", statistics.inputTime());
        timed(out.append(','), "compute_infer", statistics.computeTime());
        timed(out.append(','), "compute_output", statistics.outputTime());
        duration(out.append(','), "cache_hit", 0, 0);
        duration(out.append(','), "cache_miss", 0, 0);
    }

    private static void batches(StringBuilder out, ModelStatistics statistics) {
        String separator = "";
        for (ModelStatistics.BatchSize size : statistics.batchSizes()) {
            out.append(separator)
                    .append("{\"batch_size\":")
                    .append(size.items())
                    .append(',');
            duration(out, "compute_input", size.executions(), size.nanos().input());
            duration(
                    out.append(','),
                    "compute_infer",
                    size.executions(),
                    size.nanos().infer());
            duration(
                    out.append(','),
                    "compute_output",
                    size.executions(),
                    size.nanos().output());
            out.append('}');
            separator = ",";
        }
    }

    private static void timed(StringBuilder out, String name, LatencyHistogram time) {
        duration(out, name, time.count(), nanos(time));
    }

    private static void duration(StringBuilder out, String name, long count, long nanos) {
        out.append('"').append(name).append("\":{\"count\":").append(count);
        out.append(",\"ns\":").append(nanos).append('}');
    }

    static long nanos(LatencyHistogram time) {
        return Math.round(time.totalSeconds() * 1e9);
    }
}
