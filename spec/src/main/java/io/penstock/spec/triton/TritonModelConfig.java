package io.penstock.spec.triton;

import io.penstock.spec.BackendSpec;
import io.penstock.spec.DeviceChoice;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A model's configuration as Triton's {@code ModelConfig} message says it, as far as it is carried over. Names and
 * meanings are those of {@code model_config.proto} and {@code docs/user_guide/model_configuration.md} of the Triton
 * server.
 *
 * @param name empty where the folder's name counts
 * @param backend {@code onnxruntime}, {@code ensemble}; empty where the model's file tells
 * @param maxBatchSize 0 where requests bring their own batch dimension and are not joined; empty where the model tells
 * @param inputs empty where the model tells; shapes are without the batch dimension where {@code maxBatchSize} is above 0
 * @param placement where it runs: {@code instance_group}'s kinds and {@code gpus}, and the accelerators of
 *     {@code optimization}
 * @param modelFile {@code default_model_filename}
 * @param parameters passed on as metadata
 * @param notCarried fields that mean nothing here, each as its path and line
 */
public record TritonModelConfig(
        Optional<String> name,
        Optional<String> backend,
        OptionalInt maxBatchSize,
        List<TensorConfig> inputs,
        List<TensorConfig> outputs,
        VersionPolicy versions,
        Optional<DynamicBatching> batching,
        OptionalInt instances,
        Placement placement,
        Optional<String> modelFile,
        Map<String, String> parameters,
        List<WarmUp> warmUps,
        List<EnsembleStep> ensemble,
        List<String> notCarried) {
    public TritonModelConfig {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        parameters = Map.copyOf(parameters);
        warmUps = List.copyOf(warmUps);
        ensemble = List.copyOf(ensemble);
        notCarried = List.copyOf(notCarried);
    }

    /**
     * An input or output.
     *
     * @param type as the Open Inference Protocol writes it, {@code FP32}, {@code BYTES}
     * @param dims {@code -1} is any size
     * @param labelFile names of classes, a line each
     */
    public record TensorConfig(String name, String type, List<Long> dims, Optional<String> labelFile) {
        public TensorConfig {
            dims = List.copyOf(dims);
        }
    }

    /**
     * Where a model runs, all its instances together.
     *
     * @param tensorrt what TensorRT is told; only of use on a device of that kind
     */
    public record Placement(DeviceChoice device, BackendSpec.Tensorrt tensorrt) {
        static final Placement USUAL = new Placement(DeviceChoice.AUTO, BackendSpec.Tensorrt.USUAL);
    }

    /** Which of the numbered folders are served. */
    public sealed interface VersionPolicy {
        /** The highest numbers. */
        record Latest(int count) implements VersionPolicy {}

        /** Every one. */
        record All() implements VersionPolicy {}

        /** Those that are named. */
        record Specific(List<Long> versions) implements VersionPolicy {
            public Specific {
                versions = List.copyOf(versions);
            }
        }
    }

    /**
     * How requests share executions.
     *
     * @param priorityLevels 0 for none
     * @param usualPriority the level of a request that names none
     * @param queue of the levels that have none of their own
     * @param ofLevels {@code priority_queue_policy}, by level from 1
     */
    public record DynamicBatching(
            List<Integer> preferredSizes,
            Duration maxQueueDelay,
            int priorityLevels,
            int usualPriority,
            QueuePolicy queue,
            Map<Integer, QueuePolicy> ofLevels) {
        public DynamicBatching {
            ofLevels = Map.copyOf(ofLevels);
            preferredSizes = List.copyOf(preferredSizes);
        }
    }

    /**
     * What a request may spend in the queue, and how many may.
     *
     * @param delays whether one that waited too long goes behind the others instead of being refused
     * @param timeout zero for none
     * @param capacity empty for the server's own
     */
    public record QueuePolicy(boolean delays, Duration timeout, OptionalInt capacity) {
        static final QueuePolicy NONE = new QueuePolicy(false, Duration.ZERO, OptionalInt.empty());
    }

    /**
     * A request that the model executes before anybody calls.
     *
     * @param batchSize 0 where the inputs' shapes are whole
     */
    public record WarmUp(String name, int batchSize, int count, Map<String, WarmUpInput> inputs) {
        public WarmUp {
            inputs = Map.copyOf(inputs);
        }
    }

    /**
     * One input of it: zeros, or random values, or what a file in the model's folder {@code warmup} holds.
     *
     * @param file empty where there is none
     */
    public record WarmUpInput(String type, List<Long> dims, boolean isRandom, Optional<String> file) {
        public WarmUpInput {
            dims = List.copyOf(dims);
        }
    }

    /**
     * One model of an ensemble.
     *
     * @param version empty for the newest
     * @param inputs the model's input by the ensemble's tensor that goes there
     * @param outputs the ensemble's tensor by the model's output that comes from there
     */
    public record EnsembleStep(
            String model, OptionalLong version, Map<String, String> inputs, Map<String, String> outputs) {
        public EnsembleStep {
            inputs = Map.copyOf(inputs);
            outputs = Map.copyOf(outputs);
        }
    }

    /** Of a model that has no configuration. */
    public static TritonModelConfig absent() {
        return TritonConfigReader.read("", "");
    }

    public boolean isEnsemble() {
        return backend.filter("ensemble"::equals).isPresent() || !ensemble.isEmpty();
    }
}
