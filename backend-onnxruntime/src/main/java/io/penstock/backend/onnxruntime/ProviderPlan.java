package io.penstock.backend.onnxruntime;

import io.penstock.spec.BackendSpec;
import io.penstock.spec.ByteSize;
import io.penstock.spec.DeviceChoice;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.SequencedMap;

/**
 * Which execution providers a session asks, in their order, and what each is told. ONNX Runtime gives every node of a model
 * to the first provider that can compute it, and what none takes to the processors: TensorRT, CUDA, processors.
 *
 * <p>Names and values: <a href="https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html">CUDA</a> and
 * <a href="https://onnxruntime.ai/docs/execution-providers/TensorRT-ExecutionProvider.html">TensorRT</a> of ONNX Runtime's
 * documentation.
 *
 * @param device never {@code auto}
 * @param memoryBytes that CUDA's arena of a session may take; empty for no bound
 */
record ProviderPlan(
        DeviceChoice device, BackendSpec.Cuda cuda, BackendSpec.Tensorrt tensorrt, OptionalLong memoryBytes) {
    ProviderPlan {
        if (device.kind() == DeviceChoice.Kind.AUTO) {
            throw new IllegalArgumentException("a session runs on one device, not on auto");
        }
    }

    static ProviderPlan usual(DeviceChoice device) {
        return new ProviderPlan(device, BackendSpec.Cuda.USUAL, BackendSpec.Tensorrt.USUAL, OptionalLong.empty());
    }

    /** The same without anything that is written to disk. */
    ProviderPlan withoutCache() {
        return new ProviderPlan(
                device, cuda, new BackendSpec.Tensorrt(tensorrt.precision(), tensorrt.workspace(), false), memoryBytes);
    }

    /** @param engines where TensorRT keeps what it builds for this model */
    List<Provider> providers(Path engines) {
        return switch (device.kind()) {
            case AUTO, CPU -> List.of();
            case CUDA -> List.of(cudaProvider());
            case TENSORRT -> List.of(tensorrtProvider(engines), cudaProvider());
        };
    }

    /** Whether a model's engines are kept, so that its folder needs a name. */
    boolean keepsEngines() {
        return device.kind() == DeviceChoice.Kind.TENSORRT && tensorrt.engineCache();
    }

    private Provider cudaProvider() {
        SequencedMap<String, String> options = new LinkedHashMap<>();
        options.put("device_id", Integer.toString(device.index()));
        // Doubling, the default, takes up to twice what a model needs, and others share the device.
        options.put("arena_extend_strategy", "kSameAsRequested");
        options.put("cudnn_conv_algo_search", cuda.convolutionSearch().name().toUpperCase(Locale.ROOT));
        // Copies on a stream of their own would need synchronising with the pooled memory that they read.
        options.put("do_copy_in_default_stream", "1");
        memoryBytes.ifPresent(bytes -> options.put("gpu_mem_limit", Long.toString(bytes)));
        return new Provider(Provider.Kind.CUDA, options);
    }

    private Provider tensorrtProvider(Path engines) {
        SequencedMap<String, String> options = new LinkedHashMap<>();
        options.put("device_id", Integer.toString(device.index()));
        options.put("trt_fp16_enable", tensorrt.precision() == BackendSpec.Precision.FP16 ? "1" : "0");
        tensorrt.workspace()
                .map(ByteSize::bytes)
                .ifPresent(bytes -> options.put("trt_max_workspace_size", Long.toString(bytes)));
        if (tensorrt.engineCache()) {
            options.put("trt_engine_cache_enable", "1");
            options.put("trt_engine_cache_path", engines.toString());
            options.put("trt_timing_cache_enable", "1");
            options.put("trt_timing_cache_path", engines.toString());
        }
        return new Provider(Provider.Kind.TENSORRT, options);
    }
}
