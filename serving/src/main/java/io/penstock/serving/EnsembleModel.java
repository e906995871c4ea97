package io.penstock.serving;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Several models called as one: each step's inputs are the ensemble's own or what earlier steps gave. Steps that do not
 * need each other run at once. No tensor is copied between them.
 *
 * <p>Threads: any number call {@link #infer}; a virtual thread for each step but one of those that run at once.
 */
public final class EnsembleModel implements TensorModel {
    private final String name;
    private final String version;
    private final ModelSignature signature;
    private final ModelRegistry models;
    private final List<List<Step>> waves;
    private final ModelStatistics statistics = new ModelStatistics();

    /**
     * One model of the ensemble.
     *
     * @param version empty for the newest
     * @param inputs the ensemble's tensor by the model's input that it goes to
     * @param outputs the ensemble's tensor by the model's output that it comes from
     */
    public record Step(
            String model, String version, SequencedMap<String, String> inputs, SequencedMap<String, String> outputs) {}

    /**
     * Puts steps into the order in which they can run.
     *
     * @param models where the steps' models are found at each call
     * @throws ServingException with {@link ErrorCode#INVALID_REQUEST} if a tensor comes from nowhere, or from two steps
     */
    public EnsembleModel(
            String name, String version, ModelSignature signature, List<Step> steps, ModelRegistry models) {
        this.name = name;
        this.version = version;
        this.signature = signature;
        this.models = models;
        this.waves = waves(steps);
    }

    private List<List<Step>> waves(List<Step> steps) {
        Set<String> known = new LinkedHashSet<>();
        signature.inputs().forEach(input -> known.add(input.name()));
        List<Step> left = new ArrayList<>(steps);
        List<List<Step>> order = new ArrayList<>();
        while (!left.isEmpty()) {
            List<Step> ready = left.stream()
                    .filter(step -> known.containsAll(step.inputs().values()))
                    .toList();
            if (ready.isEmpty()) {
                Set<String> missing =
                        new LinkedHashSet<>(left.getFirst().inputs().values());
                missing.removeAll(known);
                throw refused("step " + left.getFirst().model() + " needs " + String.join(", ", missing)
                        + ", which no step before it gives");
            }
            for (Step step : ready) {
                for (String tensor : step.outputs().values()) {
                    if (!known.add(tensor)) {
                        throw refused("tensor " + tensor + " comes from more than one place");
                    }
                }
            }
            left.removeAll(ready);
            order.add(ready);
        }
        for (TensorSignature output : signature.outputs()) {
            if (!known.contains(output.name())) {
                throw refused("output " + output.name() + " comes from no step");
            }
        }
        return order;
    }

    private ServingException refused(String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, "ensemble " + name + ": " + sentence);
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

    /** Names of the models that it calls. */
    public List<String> models() {
        return waves.stream().flatMap(List::stream).map(Step::model).distinct().toList();
    }

    @Override
    public InferResponse infer(InferRequest request) throws InterruptedException {
        long started = System.nanoTime();
        boolean answered = false;
        try (Run run = new Run(request)) {
            for (int i = 0; i < waves.size(); i++) {
                run.all(waves.get(i));
            }
            InferResponse response = run.response();
            long nanos = System.nanoTime() - started;
            statistics.executed(1, itemsOf(request), response.timings().computeNanos());
            statistics.succeeded(response.timings().queueNanos(), nanos, System.currentTimeMillis());
            answered = true;
            return response;
        } finally {
            if (!answered) {
                statistics.failed(System.nanoTime() - started);
            }
        }
    }

    /** The size of the batch dimension, which all inputs of a model that has one share; 1 where there is none. */
    private long itemsOf(InferRequest request) {
        TensorSignature first = signature.inputs().getFirst();
        Tensor given = request.inputs().get(first.name());
        return signature.isBatchable() && given != null ? given.shape().dimension(0) : 1;
    }

    /** One call: the tensors there are so far, and what holds them. */
    private final class Run implements AutoCloseable {
        private final InferRequest request;
        private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        private final Map<String, InferResponse> from = new LinkedHashMap<>();
        private final List<InferResponse> responses = new ArrayList<>();
        private long queueNanos;
        private long computeNanos;

        Run(InferRequest request) {
            this.request = request;
            for (TensorSignature input : signature.inputs()) {
                Tensor given = request.inputs().get(input.name());
                if (given == null) {
                    throw refused("input " + input.name() + " is missing");
                }
                tensors.put(input.name(), given);
            }
        }

        /** Runs steps that do not need each other; the first on this thread. */
        void all(List<Step> steps) throws InterruptedException {
            List<FutureTask<InferResponse>> tasks = new ArrayList<>();
            for (Step step : steps) {
                TensorModel model = models.tensorModel(step.model(), step.version());
                InferRequest part = part(step);
                Callable<InferResponse> call = () -> model.infer(part);
                tasks.add(new FutureTask<>(call));
            }
            List<Thread> threads = tasks.stream()
                    .skip(1)
                    .map(task -> Thread.ofVirtual().name("ensemble-" + name).start(task))
                    .toList();
            tasks.getFirst().run();
            boolean collected = false;
            try {
                collect(steps, tasks);
                collected = true;
            } finally {
                if (!collected) {
                    threads.forEach(Thread::interrupt);
                    tasks.forEach(this::giveBack);
                }
            }
        }

        private InferRequest part(Step step) {
            SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
            step.inputs().forEach((input, tensor) -> {
                Tensor value = tensors.get(tensor);
                if (value != null) {
                    inputs.put(input, value);
                }
            });
            return new InferRequest(inputs, List.copyOf(step.outputs().keySet()), request.deadline(), request.memory())
                    .withPriority(request.priority());
        }

        private void collect(List<Step> steps, List<FutureTask<InferResponse>> tasks) throws InterruptedException {
            @Nullable Throwable failure = null;
            for (int i = 0; i < tasks.size(); i++) {
                try {
                    took(steps.get(i), tasks.get(i).get());
                } catch (ExecutionException e) {
                    failure = e.getCause();
                }
            }
            switch (failure) {
                case null -> {}
                case ServingException known -> throw known;
                case InterruptedException _ -> throw new InterruptedException();
                default -> throw new ServingException(ErrorCode.INTERNAL, "ensemble " + name + " failed", failure);
            }
        }

        /** Waits for a step whose answer may be wanted by nobody any more, and closes it then. */
        private void giveBack(FutureTask<InferResponse> task) {
            boolean interrupted = false;
            while (true) {
                try {
                    InferResponse response = task.get();
                    if (!responses.contains(response)) {
                        response.close();
                    }
                    break;
                } catch (ExecutionException _) {
                    break; // there is nothing to give back
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        private void took(Step step, InferResponse response) {
            responses.add(response);
            queueNanos += response.timings().queueNanos();
            computeNanos += response.timings().computeNanos();
            step.outputs().forEach((output, tensor) -> {
                Tensor value = response.outputs().get(output);
                if (value != null) {
                    tensors.put(tensor, value);
                    from.put(tensor, response);
                }
            });
        }

        InferResponse response() {
            SequencedMap<String, Tensor> wanted = new LinkedHashMap<>();
            Set<TensorLease> held = new HashSet<>();
            List<String> names = request.outputs().isEmpty()
                    ? signature.outputs().stream().map(TensorSignature::name).toList()
                    : request.outputs();
            for (String output : names) {
                Tensor tensor = signature.findOutput(output).isPresent() ? tensors.get(output) : null;
                if (tensor == null) {
                    throw refused("it gives no output " + output);
                }
                wanted.put(output, tensor);
                InferResponse source = from.get(output);
                held.add(source == null ? request.memory() : source.memory());
            }
            List<TensorLease> retained = held.stream().map(TensorLease::retain).toList();
            return new InferResponse(
                    wanted, new HeldTogether(retained), new InferResponse.Timings(queueNanos, computeNanos));
        }

        @Override
        public void close() {
            responses.forEach(InferResponse::close);
        }
    }
}
