package io.penstock.server;

import io.penstock.pipeline.Figures;
import io.penstock.pipeline.Pipeline;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.pipeline.frame.ResultPainter;
import io.penstock.server.oip.LoadedModels;
import io.penstock.server.oip.ModelControl;
import io.penstock.server.oip.ServerIdentity;
import io.penstock.server.page.ModelCard;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.tensor.TensorPool;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a server answers for.
 *
 * @param pipelines asked for at each request, so that pipelines may come and go
 * @param pool holds bodies and answers; its budget is the limit of bytes in flight
 * @param control the model repository, for clients that load and unload
 * @param state what the process says of itself
 */
public record ServerContext(
        ModelRegistry models,
        Supplier<List<Pipeline>> pipelines,
        TensorPool pool,
        PictureCodec codec,
        ResultPainter painter,
        ModelControl control,
        State state) {
    /** A server whose documents alone say what is loaded. */
    public ServerContext(
            ModelRegistry models,
            Supplier<List<Pipeline>> pipelines,
            TensorPool pool,
            PictureCodec codec,
            ResultPainter painter,
            State state) {
        this(models, pipelines, pool, codec, painter, new LoadedModels(models), state);
    }

    /**
     * What the process says of itself.
     *
     * @param unready why it is not ready, one reason an entry; empty when it is
     * @param figures those of {@code /dashboard/stats}
     * @param cards what runs each model, by its name; for the page
     */
    public record State(
            ServerIdentity identity,
            Supplier<List<String>> unready,
            Supplier<Figures> figures,
            Supplier<Map<String, ModelCard>> cards) {}
}
