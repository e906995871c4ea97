package io.penstock.server.page;

import io.penstock.pipeline.Figures;
import io.penstock.pipeline.LiveStream;
import io.penstock.pipeline.Pipeline;
import io.penstock.pipeline.ResultJson;
import io.penstock.pipeline.StageTotals;
import io.penstock.serving.Model;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.TensorModel;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What the page is told each second: the figures of {@code /dashboard/stats}, and beside them what else it shows. */
final class DashboardFigures {
    private final ModelRegistry models;
    private final Supplier<List<Pipeline>> pipelines;
    private final Supplier<Figures> figures;
    private final Supplier<List<String>> unready;
    private final Supplier<Map<String, ModelCard>> cards;

    /**
     * @param figures those of {@code /dashboard/stats}
     * @param unready why the server is not ready
     */
    DashboardFigures(Dashboard.Sources sources, Supplier<Figures> figures, Supplier<List<String>> unready) {
        this.models = sources.models();
        this.pipelines = sources.pipelines();
        this.cards = sources.cards();
        this.figures = figures;
        this.unready = unready;
    }

    String json() {
        StringBuilder out = new StringBuilder(2048).append("{\"type\":\"stats\",");
        figures.get().members(out);
        out.append(",\"nowMillis\":").append(System.currentTimeMillis());
        ResultJson.strings(out.append(",\"unready\":"), unready.get());
        out.append(",\"pipelines\":[");
        String separator = "";
        for (Pipeline pipeline : pipelines.get()) {
            pipeline(out.append(separator), pipeline);
            separator = ",";
        }
        out.append("],\"loaded\":{");
        separator = "";
        Map<String, ModelCard> known = cards.get();
        for (Model model : models.all()) {
            if (known.containsKey(model.name())) {
                ResultJson.string(out.append(separator), model.name());
                model(out.append(':'), model, known.get(model.name()));
                separator = ",";
            }
        }
        return out.append("}}").toString();
    }

    private static void pipeline(StringBuilder out, Pipeline pipeline) {
        ResultJson.string(out.append("{\"name\":"), pipeline.name());
        ResultJson.string(out.append(",\"model\":"), pipeline.modelName());
        ResultJson.strings(out.append(",\"mediaTypes\":"), pipeline.mediaTypes());
        out.append(",\"streams\":[");
        String separator = "";
        for (LiveStream stream : pipeline.streams()) {
            stream(out.append(separator), stream);
            separator = ",";
        }
        out.append("]}");
    }

    private static void stream(StringBuilder out, LiveStream stream) {
        ResultJson.string(out.append("{\"name\":"), stream.name());
        switch (stream.state()) {
            case LiveStream.State.Waiting _ -> out.append(",\"state\":\"waiting\"");
            case LiveStream.State.Live _ -> out.append(",\"state\":\"live\"");
            case LiveStream.State.Ended _ -> out.append(",\"state\":\"ended\"");
            case LiveStream.State.Failed failed ->
                ResultJson.string(out.append(",\"state\":\"failed\",\"reason\":"), failed.reason());
        }
        StageTotals stages = stream.stages();
        out.append(",\"stages\":{\"frames\":").append(stages.frames());
        out.append(",\"queueSeconds\":").append(Figures.number(stages.queueSeconds()));
        out.append(",\"preprocessSeconds\":").append(Figures.number(stages.preprocessSeconds()));
        out.append(",\"inferSeconds\":").append(Figures.number(stages.inferSeconds()));
        out.append(",\"postprocessSeconds\":").append(Figures.number(stages.postprocessSeconds()));
        out.append("}}");
    }

    private static void model(StringBuilder out, Model model, ModelCard card) {
        ResultJson.string(out.append("{\"version\":"), model.version());
        switch (model) {
            case TensorModel tensor ->
                ResultJson.string(
                        out.append(",\"platform\":"), tensor.signature().platform());
        }
        ResultJson.string(out.append(",\"backend\":"), card.backend());
        ResultJson.string(out.append(",\"device\":"), card.device());
        out.append(",\"bytes\":").append(card.bytes());
        out.append(",\"instances\":").append(card.instances());
        out.append(",\"threads\":").append(card.threads());
        out.append(",\"items\":").append(model.statistics().items());
        out.append(",\"queueDepth\":").append(model.statistics().queueDepth());
        out.append(",\"lastInferenceMillis\":").append(model.statistics().lastInferenceMillis());
        out.append('}');
    }
}
