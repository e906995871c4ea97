package io.penstock.serving;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ServingException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A model that is in memory while it is used, and longer where there is room. Its name, signature and statistics stay.
 *
 * <p>Threads: any number call {@link #infer}.
 */
public final class OnDemandModel implements TensorModel, AutoCloseable {
    private static final Duration LONGEST_LOAD = Duration.ofMinutes(10);

    private final String name;
    private final String version;
    private final int maxBatchSize;
    private final ModelPlace<BatchedModel> place;
    private final ModelStatistics statistics;
    private final ModelSignature signature;
    private final int instances;
    private final int threads;

    private OnDemandModel(
            Identity identity, ModelPlace<BatchedModel> place, ModelStatistics statistics, BatchedModel first) {
        this.name = identity.name();
        this.version = identity.version();
        this.maxBatchSize = identity.maxBatchSize();
        this.place = place;
        this.statistics = statistics;
        this.signature = identity.described().apply(first.signature());
        this.instances = first.instances();
        this.threads = first.threads();
    }

    /**
     * What callers see of it.
     *
     * @param maxBatchSize that its configuration allows; 0 where none says so
     * @param described the signature as callers see it, from the file's; refuses one that is not as it should be
     */
    public record Identity(String name, String version, int maxBatchSize, UnaryOperator<ModelSignature> described) {
        /** A model that has no other versions, as its file says it. */
        public static Identity of(String name) {
            return new Identity(name, "1", 0, UnaryOperator.identity());
        }
    }

    /** Loads a model, given the statistics that it goes on counting in. */
    public interface Loader {
        BatchedModel load(ModelStatistics statistics) throws InterruptedException;
    }

    /**
     * Loads the model once, so that what is wrong with it is known before anybody calls.
     *
     * @throws ServingException with the reason why it cannot be loaded
     */
    public static OnDemandModel open(Identity identity, DeviceMemory memory, DeviceMemory.Tenant tenant, Loader loader)
            throws InterruptedException {
        ModelStatistics statistics = new ModelStatistics();
        ModelPlace<BatchedModel> place = memory.place(tenant, () -> loader.load(statistics));
        boolean opened = false;
        try (ModelPlace<BatchedModel>.Use use = place.use(Deadline.after(LONGEST_LOAD))) {
            OnDemandModel model = new OnDemandModel(identity, place, statistics, use.model());
            opened = true;
            return model;
        } finally {
            if (!opened) {
                place.close();
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public ModelSignature signature() {
        return signature;
    }

    @Override
    public ModelStatistics statistics() {
        return statistics;
    }

    @Override
    public int maxBatchSize() {
        return maxBatchSize;
    }

    @Override
    public boolean isLoaded() {
        return place.isLoaded();
    }

    @Override
    public long memoryBytes() {
        return place.bytes();
    }

    /** Copies that execute at once. */
    public int instances() {
        return instances;
    }

    /** Threads of one execution on the processors. */
    public int threads() {
        return threads;
    }

    /** Whose memory it takes: {@code cpu}, {@code cuda:0}. */
    public String device() {
        return place.device();
    }

    @Override
    public InferResponse infer(InferRequest request) throws InterruptedException {
        long started = System.nanoTime();
        ModelPlace<BatchedModel>.Use use;
        try {
            use = place.use(request.deadline());
        } catch (ServingException e) {
            statistics.failed(System.nanoTime() - started);
            throw e;
        }
        try (use) {
            return use.model().infer(request);
        }
    }

    @Override
    public Optional<Begun> begin(InferRequest request, InferCompletion completion) {
        Optional<ModelPlace<BatchedModel>.Use> taken = place.useNow();
        if (taken.isEmpty()) {
            return Optional.empty();
        }
        ModelPlace<BatchedModel>.Use use = taken.get();
        boolean begun = false;
        try {
            Optional<Begun> pending = use.model().begin(request, new Released(completion, use));
            begun = pending.isPresent();
            return pending.map(each -> each.then(use::close));
        } finally {
            if (!begun) {
                use.close();
            }
        }
    }

    /** Lets the model go before its caller is told. */
    private record Released(InferCompletion completion, ModelPlace<BatchedModel>.Use use) implements InferCompletion {
        @Override
        public void answered(InferResponse response) {
            use.close();
            completion.answered(response);
        }

        @Override
        public void failed(ServingException failure) {
            use.close();
            completion.failed(failure);
        }
    }

    /** Refuses anything new, finishes what is under way, and unloads it. */
    @Override
    public void close() {
        place.close();
    }
}
