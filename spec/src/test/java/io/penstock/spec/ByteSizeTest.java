package io.penstock.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0,0",
        "512,512",
        "512Ki,524288",
        "64Mi,67108864",
        "1Gi,1073741824",
        "10Ti,10995116277760",
        "1k,1000",
        "2M,2000000",
        "10G,10000000000",
        "1.5Gi,1610612736"
    })
    void readsBinaryAndDecimalUnits(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(new ByteSize(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1 Gi", "1GB", "1gi", "Gi", "1e9", "1.", "0x10"})
    void saysWhatIsAllowed(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("must be a size such as 512, 512Ki, 64Mi, 1Gi or 10G");
    }

    @Test
    void refusesWhatNoLongHolds() {
        assertThatThrownBy(() -> ByteSize.parse("8388608Ti")).hasMessage("must be less than 8388608Ti");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1000", "512Ki", "64Mi", "1Gi", "10Ti", "4096Ti", "1025Ki"})
    void writesWhatItReads(String text) {
        assertThat(ByteSize.parse(text)).hasToString(text);
    }

    @Test
    void isAScalarOfTheLanguage() {
        record Sized(@Field("How large.") ByteSize size) {}

        SpecShape.FieldShape field = SpecShape.of(Sized.class).fields().getFirst();

        assertThat(field.shape().expected()).isEqualTo("a size such as 512Ki, 64Mi or 1Gi");
        assertThat(((SpecShape.Scalar) field.shape()).parse().apply("1Ki")).isEqualTo(new ByteSize(1024));
    }
}
