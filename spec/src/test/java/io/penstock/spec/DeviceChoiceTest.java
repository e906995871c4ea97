package io.penstock.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceChoiceTest {
    @ParameterizedTest
    @CsvSource({
        "auto,auto,cuda:0",
        "cpu,cpu,cpu",
        "cuda,cuda:0,cuda:0",
        "cuda:3,cuda:3,cuda:3",
        "tensorrt,tensorrt:0,cuda:0",
        "tensorrt:12,tensorrt:12,cuda:12"
    })
    void readsADeviceAndKnowsWhoseMemoryItTakes(String written, String read, String memory) {
        assertThat(DeviceChoice.parse(written)).hasToString(read);
        assertThat(DeviceChoice.parse(written).memory()).isEqualTo(memory);
        assertThat(written).matches(DeviceChoice.PATTERN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "CUDA", "cuda:", "cuda:-1", "cuda:100", "cpu:0", "auto:1", "cuda:0 "})
    void refusesWhatIsNone(String written) {
        assertThatThrownBy(() -> DeviceChoice.parse(written))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("must be auto, cpu, cuda, cuda:N, tensorrt or tensorrt:N");
        assertThat(written).doesNotMatch(DeviceChoice.PATTERN);
    }

    @Test
    void theProcessorsAreOne() {
        assertThatThrownBy(() -> new DeviceChoice(DeviceChoice.Kind.CPU, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
