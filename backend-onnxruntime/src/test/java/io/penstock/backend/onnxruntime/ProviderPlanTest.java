package io.penstock.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.penstock.spec.BackendSpec;
import io.penstock.spec.ByteSize;
import io.penstock.spec.DeviceChoice;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ProviderPlanTest {
    private static final Path ENGINES = Path.of("cache", "abc");

    @Test
    void theProcessorsNeedNoProvider() {
        assertThat(ProviderPlan.usual(DeviceChoice.CPU).providers(ENGINES)).isEmpty();
    }

    @Test
    void cudaIsToldTheDeviceItsBoundAndHowToSearch() {
        ProviderPlan plan = new ProviderPlan(
                DeviceChoice.parse("cuda:2"),
                new BackendSpec.Cuda(BackendSpec.ConvolutionSearch.EXHAUSTIVE),
                BackendSpec.Tensorrt.USUAL,
                OptionalLong.of(20L << 30));

        List<Provider> providers = plan.providers(ENGINES);

        assertThat(providers).extracting(Provider::kind).containsExactly(Provider.Kind.CUDA);
        assertThat(providers.getFirst().options())
                .containsExactly(
                        entry("device_id", "2"),
                        entry("arena_extend_strategy", "kSameAsRequested"),
                        entry("cudnn_conv_algo_search", "EXHAUSTIVE"),
                        entry("do_copy_in_default_stream", "1"),
                        entry("gpu_mem_limit", "21474836480"));
    }

    @Test
    void cudaWithoutABudgetHasNoBound() {
        assertThat(ProviderPlan.usual(DeviceChoice.parse("cuda"))
                        .providers(ENGINES)
                        .getFirst()
                        .options())
                .containsEntry("device_id", "0")
                .containsEntry("cudnn_conv_algo_search", "HEURISTIC")
                .doesNotContainKey("gpu_mem_limit");
    }

    @Test
    void tensorrtStandsBeforeCudaAndKeepsItsEngines() {
        ProviderPlan plan = new ProviderPlan(
                DeviceChoice.parse("tensorrt:1"),
                BackendSpec.Cuda.USUAL,
                new BackendSpec.Tensorrt(BackendSpec.Precision.FP16, Optional.of(new ByteSize(1 << 30)), true),
                OptionalLong.empty());

        List<Provider> providers = plan.providers(ENGINES);

        assertThat(providers).extracting(Provider::kind).containsExactly(Provider.Kind.TENSORRT, Provider.Kind.CUDA);
        assertThat(providers.getFirst().options())
                .containsExactly(
                        entry("device_id", "1"),
                        entry("trt_fp16_enable", "1"),
                        entry("trt_max_workspace_size", "1073741824"),
                        entry("trt_engine_cache_enable", "1"),
                        entry("trt_engine_cache_path", ENGINES.toString()),
                        entry("trt_timing_cache_enable", "1"),
                        entry("trt_timing_cache_path", ENGINES.toString()));
        assertThat(providers.getLast().options()).containsEntry("device_id", "1");
    }

    @Test
    void tensorrtWithoutACacheWritesNothing() {
        ProviderPlan plan = new ProviderPlan(
                DeviceChoice.parse("tensorrt"),
                BackendSpec.Cuda.USUAL,
                new BackendSpec.Tensorrt(BackendSpec.Precision.FP32, Optional.empty(), false),
                OptionalLong.empty());

        assertThat(plan.keepsEngines()).isFalse();
        assertThat(plan.providers(ENGINES).getFirst().options())
                .containsExactly(entry("device_id", "0"), entry("trt_fp16_enable", "0"));
    }

    @Test
    void autoIsNoDevice() {
        assertThatThrownBy(() -> ProviderPlan.usual(DeviceChoice.AUTO)).isInstanceOf(IllegalArgumentException.class);
    }
}
