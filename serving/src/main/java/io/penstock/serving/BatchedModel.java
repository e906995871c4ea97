package io.penstock.serving;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorInstance;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.RequestScope;
import io.penstock.serving.call.RequestTrace;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A loaded tensor model whose concurrent requests share executions.
 *
 * <p>Threads: any number call {@link #infer}; one platform thread for each instance executes. {@link #close} lets them
 * finish what waits and ends them.
 */
public final class BatchedModel implements TensorModel, AutoCloseable {
    private static final Duration CLOSING = Duration.ofSeconds(30);

    private final String name;
    private final ModelSignature signature;
    private final boolean joins;
    private final ModelStatistics statistics;
    private final Batching batching;
    private final DynamicBatcher batcher;
    private final int threads;
    private final List<Thread> workers = new ArrayList<>();

    /**
     * Starts a worker for each instance, and takes the instances over.
     *
     * @param instances at least one, all of one model
     * @param device where they execute
     */
    BatchedModel(
            String name,
            List<TensorInstance> instances,
            Batching batching,
            TensorPool pool,
            DeviceShares.Share device) {
        this(name, instances, batching, pool, device, new ModelStatistics());
    }

    /** @param statistics go on from where they are */
    BatchedModel(
            String name,
            List<TensorInstance> instances,
            Batching batching,
            TensorPool pool,
            DeviceShares.Share device,
            ModelStatistics statistics) {
        this.name = name;
        this.signature = instances.getFirst().signature();
        this.statistics = statistics;
        this.batching = batching;
        this.threads = device.asked();
        this.joins = signature.isBatchable();
        this.batcher = new DynamicBatcher(new BatchPolicy(joins && batching.maxBatchSize() > 1, batching), statistics);
        for (TensorInstance instance : instances) {
            InstanceWorker worker = new InstanceWorker(batcher, instance, pool, device, statistics);
            workers.add(Thread.ofPlatform()
                    .name("model-" + name + "-" + workers.size())
                    .daemon()
                    .start(worker));
        }
    }

    @Override
    public String name() {
        return name;
    }

    int instances() {
        return workers.size();
    }

    int threads() {
        return threads;
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
    public InferResponse infer(InferRequest request) throws InterruptedException {
        long started = System.nanoTime();
        boolean answered = false;
        try {
            checkOutputs(request);
            InferResponse response = batcher.submit(
                    new PendingRequest(request, itemsOf(request), batching.timeoutOf(request.priority())));
            long executing = started + response.timings().queueNanos();
            RequestScope.phase(RequestTrace.Phase.QUEUE, started, executing, name);
            RequestScope.phase(
                    RequestTrace.Phase.EXECUTE,
                    executing,
                    executing + response.timings().computeNanos(),
                    name);
            succeeded(response, started);
            answered = true;
            return response;
        } finally {
            if (!answered) {
                statistics.failed(System.nanoTime() - started);
            }
        }
    }

    @Override
    public Optional<Begun> begin(InferRequest request, InferCompletion completion) {
        if (batching.timeoutOf(request.priority()).isSet()) { // watched by who waits
            return Optional.empty();
        }
        long started = System.nanoTime();
        Counted counted = new Counted(completion, started);
        boolean begun = false;
        try {
            checkOutputs(request);
            Begun pending = batcher.begin(
                    new PendingRequest(request, itemsOf(request), batching.timeoutOf(request.priority()), counted));
            begun = true;
            return Optional.of(pending.then(() -> statistics.failed(System.nanoTime() - started)));
        } finally {
            if (!begun) {
                statistics.failed(System.nanoTime() - started);
            }
        }
    }

    /** Counts a request before its caller knows. */
    private final class Counted implements InferCompletion {
        private final InferCompletion completion;
        private final long started;

        Counted(InferCompletion completion, long started) {
            this.completion = completion;
            this.started = started;
        }

        @Override
        public void answered(InferResponse response) {
            succeeded(response, started);
            completion.answered(response);
        }

        @Override
        public void failed(ServingException failure) {
            statistics.failed(System.nanoTime() - started);
            completion.failed(failure);
        }
    }

    private void succeeded(InferResponse response, long started) {
        statistics.succeeded(response.timings().queueNanos(), System.nanoTime() - started, System.currentTimeMillis());
    }

    /** Checks the inputs, and gives the size of their batch dimension. */
    private long itemsOf(InferRequest request) {
        long items = 1;
        boolean first = true;
        for (TensorSignature wanted : signature.inputs()) {
            Tensor given = request.inputs().get(wanted.name());
            if (given == null) {
                throw refused(
                        "input " + wanted.name() + " is missing; the model takes " + wanted.type() + wanted.shape());
            }
            if (given.type() != wanted.type() || !wanted.shape().accepts(given.shape())) {
                throw refused("input " + wanted.name() + " must be " + wanted.type() + wanted.shape() + ", not "
                        + given.type() + given.shape());
            }
            if (joins) {
                long batch = given.shape().dimension(0);
                if (!first && batch != items) {
                    throw refused("input " + wanted.name() + " has a batch of " + batch + ", the one before " + items);
                }
                items = batch;
                first = false;
            }
        }
        if (request.inputs().size() > signature.inputs().size()) {
            List<String> known =
                    signature.inputs().stream().map(TensorSignature::name).toList();
            String extra = request.inputs().keySet().stream()
                    .filter(input -> !known.contains(input))
                    .findFirst()
                    .orElse("");
            throw refused("the model has no input " + extra + "; it has " + String.join(", ", known));
        }
        return items;
    }

    private void checkOutputs(InferRequest request) {
        for (String output : request.outputs()) {
            if (signature.findOutput(output).isEmpty()) {
                throw refused("the model has no output " + output + "; it has "
                        + String.join(
                                ", ",
                                signature.outputs().stream()
                                        .map(TensorSignature::name)
                                        .toList()));
            }
        }
    }

    private ServingException refused(String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, "model " + name + ": " + sentence);
    }

    /** The shape of one item of each input, every open dimension 1; for warming up. */
    static Shape smallest(Shape shape) {
        long[] dimensions = shape.toArray();
        for (int i = 0; i < dimensions.length; i++) {
            dimensions[i] = dimensions[i] == Shape.ANY ? 1 : dimensions[i];
        }
        return Shape.of(dimensions);
    }

    /** Refuses anything new, finishes what waits, and unloads the instances. */
    @Override
    public void close() {
        batcher.close();
        boolean interrupted = false;
        for (Thread worker : workers) {
            try {
                if (!worker.join(CLOSING)) {
                    worker.interrupt();
                }
            } catch (InterruptedException e) {
                worker.interrupt();
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
