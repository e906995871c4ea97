package io.penstock.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ValuesTest {
    @ParameterizedTest
    @EnumSource
    void everyFormGivesBackWhatWentIn(Datatype type) throws Exception {
        List<Object> exact = type.exactSamples();
        Values values = new Values(type, List.of((long) exact.size()), exact);
        assertThat(Values.fromRaw(type, values.shape(), values.raw())).isEqualTo(values);
        if (type.travelsAsJson()) {
            Values plain =
                    new Values(type, List.of(1L, (long) type.plainSamples().size()), type.plainSamples());
            byte[] json = Json.write(plain.nestedJson()).getBytes(StandardCharsets.UTF_8);
            assertThat(Values.fromJson(type, plain.shape(), Json.parse(json))).isEqualTo(plain);
            assertThat(Values.fromContents(type, plain.shape(), plain.contents()))
                    .isEqualTo(plain);
        }
    }

    @Test
    void bytesLieAsTheProtocolSays() {
        assertThat(hex(Datatype.UINT64, Datatype.UINT64.max())).isEqualTo("ffffffffffffffff");
        assertThat(hex(Datatype.INT16, BigInteger.valueOf(-2))).isEqualTo("feff");
        assertThat(hex(Datatype.FP16, 1.5)).isEqualTo("003e");
        assertThat(hex(Datatype.BF16, 1.5)).isEqualTo("c03f");
        assertThat(hex(Datatype.BOOL, true)).isEqualTo("01");
        assertThat(hex(Datatype.BYTES, Datatype.BYTES.tame())).isEqualTo("0100000031");
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> Values.fromRaw(Datatype.FP32, List.of(2L), new byte[7]))
                .isInstanceOf(Mismatch.class);
        assertThatThrownBy(() -> Values.fromRaw(Datatype.FP32, List.of(2L), new byte[9]))
                .isInstanceOf(Mismatch.class);
        assertThatThrownBy(() -> Values.fromJson(Datatype.INT8, List.of(1L), List.of("1")))
                .isInstanceOf(Mismatch.class);
        assertThatThrownBy(() -> Values.fromRaw(Datatype.BYTES, List.of(1L), new byte[] {9, 0, 0, 0}))
                .isInstanceOf(Mismatch.class);
    }

    private static String hex(Datatype type, Object element) {
        return HexFormat.of().formatHex(new Values(type, List.of(1L), List.of(element)).raw());
    }
}
