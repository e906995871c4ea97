package io.penstock.serving.oip;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonNumberTest {
    private static JsonNumber read(String text) {
        JsonNumber number = new JsonNumber(MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII)));
        assertThat(number.read(0)).as(text).isEqualTo(text.length());
        return number;
    }

    private static void assertExact(String text) {
        JsonNumber number = read(text);
        assertThat(Double.doubleToRawLongBits(number.toDouble()))
                .as(text)
                .isEqualTo(Double.doubleToRawLongBits(Double.parseDouble(text)));
        assertThat(Float.floatToRawIntBits(number.toFloat()))
                .as(text)
                .isEqualTo(Float.floatToRawIntBits(Float.parseFloat(text)));
    }

    @Test
    void readsAnyDoubleAndFloatExactly() {
        Random random = new Random(3);
        for (int i = 0; i < 50_000; i++) {
            double any = Double.longBitsToDouble(random.nextLong());
            float single = Float.intBitsToFloat(random.nextInt());
            if (Double.isFinite(any)) {
                assertExact(Double.toString(any));
            }
            if (Float.isFinite(single)) {
                assertExact(Float.toString(single));
                assertExact(Double.toString(single));
            }
            assertExact(Double.toString(random.nextGaussian()));
            assertExact(random.nextInt(1000) + "." + random.nextLong(1L << 50));
        }
    }

    @Test
    void readsNumbersHalfwayBetweenFloatsExactly() {
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            float low = random.nextFloat() * (1 << random.nextInt(20));
            double halfway = (low + (double) Math.nextUp(low)) / 2;
            assertExact(Double.toString(halfway));
            assertExact(new BigDecimal(halfway).toPlainString());
            assertExact(new BigDecimal(halfway).toPlainString() + "0000000000000001");
        }
    }

    @Test
    void readsTheExtremes() {
        String[] texts = {
            "0",
            "-0",
            "-0.0",
            "0e5",
            "1",
            "-1",
            "1e22",
            "1e23",
            "9007199254740993",
            "9007199254740992.5",
            "18446744073709551615",
            "18446744073709551616",
            "123456789012345678901234567890",
            "1e-400",
            "1e400",
            "4.9e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "3.4028235e38",
            "3.4028236e38",
            "1.4e-45",
            "7.0e-46",
            "0.1",
            "0.000001",
            "100000000000000000000000000000000000000000000000000",
            "1E+2",
            "1e-2",
            "0.30000000000000004",
        };
        for (String text : texts) {
            assertExact(text);
        }
    }

    @Test
    void roundsHalvesOnce() {
        Random random = new Random(9);
        for (int i = 0; i < 20_000; i++) {
            float half = Float.float16ToFloat((short) random.nextInt(0x7BFF));
            float next = Float.float16ToFloat((short) (Float.floatToFloat16(half) + 1));
            double middle = ((double) half + next) / 2;
            assertThat(read(new BigDecimal(Math.nextDown(middle)).toPlainString())
                            .toHalf())
                    .isEqualTo(Float.floatToFloat16(half));
            assertThat(read(new BigDecimal(Math.nextUp(middle)).toPlainString()).toHalf())
                    .isEqualTo(Float.floatToFloat16(next));
        }
    }

    @Test
    void knowsIntegersAndTheirRange() {
        assertThat(read("9223372036854775807").isWithin(Long.MIN_VALUE, Long.MAX_VALUE))
                .isTrue();
        assertThat(read("9223372036854775808").isWithin(Long.MIN_VALUE, Long.MAX_VALUE))
                .isFalse();
        assertThat(read("-9223372036854775808").isWithin(Long.MIN_VALUE, Long.MAX_VALUE))
                .isTrue();
        assertThat(read("-9223372036854775808").toLong()).isEqualTo(Long.MIN_VALUE);
        assertThat(read("-9223372036854775809").isWithin(Long.MIN_VALUE, Long.MAX_VALUE))
                .isFalse();
        assertThat(read("18446744073709551615").isInteger()).isTrue();
        assertThat(read("18446744073709551615").magnitude()).isEqualTo(-1L);
        assertThat(read("18446744073709551616").isInteger()).isFalse();
        assertThat(read("-129").isWithin(-128, 127)).isFalse();
        assertThat(read("1.0").isInteger()).isFalse();
    }

    @Test
    void refusesWhatIsNoJsonNumber() {
        for (String text : new String[] {"", "-", "+1", ".5", "1.", "1e", "1e+", "NaN", "Infinity", "x", "-x"}) {
            JsonNumber number = new JsonNumber(MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII)));
            assertThat(number.read(0)).as(text).isEqualTo(-1);
        }
        JsonNumber octal = new JsonNumber(MemorySegment.ofArray("012".getBytes(StandardCharsets.US_ASCII)));
        assertThat(octal.read(0)).isEqualTo(1);
    }
}
