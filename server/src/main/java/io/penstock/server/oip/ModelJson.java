package io.penstock.server.oip;

import io.penstock.pipeline.PipelineModel;
import io.penstock.pipeline.ResultJson;
import io.penstock.serving.LatencyHistogram;
import io.penstock.serving.Model;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.ModelStatistics;
import io.penstock.serving.TensorModel;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import java.util.List;

/** What the protocol's REST form says of a model. */
final class ModelJson {
    private ModelJson() {}

    static String metadata(TensorModel model) {
        ModelSignature signature = model.signature();
        StringBuilder out = new StringBuilder(256).append("{\"name\":");
        ResultJson.string(out, model.name());
        out.append(",\"versions\":[");
        ResultJson.string(out, model.version());
        out.append("],\"platform\":");
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
        // The batch is part of the shapes, so there is none beside them.
        out.append(",\"max_batch_size\":0,\"input\":");
        tensors(out, signature.inputs(), "data_type", "dims", "TYPE_");
        out.append(",\"output\":");
        tensors(out, signature.outputs(), "data_type", "dims", "TYPE_");
        return out.append('}').toString();
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
            out.append(separator).append("{\"name\":");
            ResultJson.string(out, model.name());
            out.append(",\"version\":");
            ResultJson.string(out, model.version());
            out.append(",\"last_inference\":").append(statistics.lastInferenceMillis());
            out.append(",\"inference_count\":").append(statistics.items());
            out.append(",\"execution_count\":").append(statistics.executions());
            out.append(",\"inference_stats\":{\"success\":");
            duration(out, statistics.requestsSucceeded(), statistics.totalTime());
            out.append(",\"fail\":");
            duration(out, statistics.requestsFailed(), statistics.failureTime());
            out.append(",\"queue\":");
            duration(out, statistics.queueTime().count(), statistics.queueTime());
            out.append(",\"compute_input\":{\"count\":0,\"ns\":0},\"compute_infer\":");
            duration(out, statistics.computeTime().count(), statistics.computeTime());
            out.append(",\"compute_output\":{\"count\":0,\"ns\":0},\"cache_hit\":{\"count\":0,\"ns\":0}");
            out.append(",\"cache_miss\":{\"count\":0,\"ns\":0}},\"batch_stats\":[]}");
            separator = ",";
        }
        return out.append("]}").toString();
    }

    private static void duration(StringBuilder out, long count, LatencyHistogram time) {
        out.append("{\"count\":").append(count).append(",\"ns\":");
        out.append(nanos(time)).append('}');
    }

    static long nanos(LatencyHistogram time) {
        return Math.round(time.totalSeconds() * 1e9);
    }

    /** What the repository index lists: models, not the pipelines that can be called as one. */
    static List<Model> repository(ModelRegistry models) {
        return models.all().stream()
                .filter(model -> !(model instanceof PipelineModel))
                .toList();
    }
}
