package io.penstock.pipeline;

import io.penstock.serving.InferRequest;
import io.penstock.serving.InferResponse;
import io.penstock.serving.ModelStatistics;
import io.penstock.serving.TensorModel;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.tensor.TensorPool;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model that gives nothing, after whatever the test has it wait for. */
public final class FakeTensorModel implements TensorModel {
    private final TensorPool pool;
    private final Behaviour behaviour;
    private final ModelStatistics statistics = new ModelStatistics();

    /** What happens when the model is called. */
    public interface Behaviour {
        void run(InferRequest request) throws InterruptedException;
    }

    public FakeTensorModel(TensorPool pool, Behaviour behaviour) {
        this.pool = pool;
        this.behaviour = behaviour;
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public ModelSignature signature() {
        return new ModelSignature("fake", List.of(), List.of(), Map.of());
    }

    @Override
    public ModelStatistics statistics() {
        return statistics;
    }

    @Override
    public InferResponse infer(InferRequest request) throws InterruptedException {
        behaviour.run(request);
        return new InferResponse(new LinkedHashMap<>(), pool.allocate(16), new InferResponse.Timings(1, 2));
    }
}
