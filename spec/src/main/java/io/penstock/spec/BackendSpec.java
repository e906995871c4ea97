package io.penstock.spec;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** What executes a model. */
public sealed interface BackendSpec {
    /** ONNX Runtime, in this process. */
    @Field("ONNX Runtime, in this process.")
    record Onnxruntime(
            @Field(
                    value = "Where it runs: auto (CUDA's first graphics processor where it can be used, else the"
                            + " processors), cpu, cuda:N, or tensorrt:N. A graphics processor that is named and cannot be"
                            + " used refuses the model.",
                    byDefault = "auto")
            DeviceChoice device,

            @Field(value = "Threads of one execution; absent, the cores divided by the instances.", min = 1, max = 1024)
            OptionalInt intraOpThreads,

            @Field(value = "What CUDA is told.", byDefault = "{}")
            Cuda cuda,

            @Field(value = "What TensorRT is told.", byDefault = "{}")
            Tensorrt tensorrt)
            implements BackendSpec {}

    /** What CUDA is told. */
    record Cuda(
            @Field(
                    value = "How cuDNN finds a convolution's algorithm: heuristic asks it, exhaustive tries all of them"
                            + " at the first execution of each shape, default takes a fixed one.",
                    byDefault = "heuristic")
            ConvolutionSearch convolutionSearch) {
        public static final Cuda USUAL = new Cuda(ConvolutionSearch.HEURISTIC);
    }

    /** What TensorRT is told. */
    record Tensorrt(
            @Field(value = "Whether layers may compute with 16 bits.", byDefault = "fp32")
            Precision precision,

            @Field(value = "Memory that building an engine may take; absent, TensorRT's own bound.", min = 1048576)
            Optional<ByteSize> workspace,

            @Field(
                    value =
                            "Keeps built engines and timings in the cache folder, so that only the first load of a model"
                                    + " builds them.",
                    byDefault = "true")
            boolean engineCache) {
        public static final Tensorrt USUAL = new Tensorrt(Precision.FP32, Optional.empty(), true);
    }

    /** How cuDNN finds an algorithm. */
    enum ConvolutionSearch {
        HEURISTIC,
        EXHAUSTIVE,
        DEFAULT;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Numbers that layers compute with. */
    enum Precision {
        FP32,
        FP16;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
