package io.penstock.serving.oip;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bent requests against the codecs alone, where each takes a microsecond. */
@Timeout(60)
class OipFuzzTest {
    private final TensorPool pool = new TensorPool(64 << 20, true);

    private static ModelSignature signature(DataType type) {
        List<TensorSignature> tensors = List.of(
                new TensorSignature("x", type, Shape.of(-1, 2)),
                new TensorSignature("y", DataType.BYTES, Shape.of(-1)));
        return new ModelSignature("test", tensors, tensors, Map.of());
    }

    private static byte[] bent(Random random, String good) {
        byte[] bytes = good.getBytes(StandardCharsets.UTF_8);
        for (int i = random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(3)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] = (byte) "[]{}\",:0e-.\\".charAt(random.nextInt(12));
                default -> bytes = java.util.Arrays.copyOf(bytes, Math.max(1, at));
            }
        }
        return bytes;
    }

    @Test
    void everyRequestIsReadOrRefusedAndNothingLeaks() {
        OipCodec v2 = new OipCodec(pool);
        V1Codec v1 = new V1Codec(pool);
        List<DataType> types = List.of(DataType.values());
        Random random = new Random(3);
        int read = 0;
        int refused = 0;
        for (int i = 0; i < 30_000; i++) {
            DataType type = types.get(random.nextInt(types.size()));
            String element = type == DataType.BYTES ? "\"a\\u00e9\"" : type == DataType.BOOL ? "true" : "1";
            String value = "[[" + element + "," + element + "]]";
            boolean first = random.nextBoolean();
            String good = first
                    ? "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"" + type + "\",\"shape\":[1,2],\"data\":" + value
                            + "},{\"name\":\"y\",\"datatype\":\"BYTES\",\"shape\":[1],\"parameters\":"
                            + "{\"binary_data_size\":5}}]}\1\0\0\0z"
                    : "{\"instances\":[{\"x\":" + value.substring(1, value.length() - 1)
                            + ",\"y\":{\"b64\":\"YQ==\"}}]}";
            byte[] body = bent(random, good);
            int head = Math.max(1, Math.min(body.length, good.lastIndexOf('}') + 1));
            try (TensorLease lease = pool.allocate(body.length)) {
                MemorySegment.copy(body, 0, lease.memory(), ValueLayout.JAVA_BYTE, 0, body.length);
                AutoCloseable request = first
                        ? v2.decode(lease, lease.memory(), head, signature(type))
                        : v1.decode(lease.memory(), signature(type));
                request.close();
                read++;
            } catch (ServingException e) {
                assertThat(e.code()).as(e.sentence()).isEqualTo(ErrorCode.INVALID_REQUEST);
                refused++;
            } catch (Exception e) {
                throw new AssertionError(new String(body, StandardCharsets.UTF_8), e);
            }
        }
        assertThat(pool.openLeases()).isZero();
        assertThat(read).isGreaterThan(3_000);
        assertThat(refused).isGreaterThan(3_000);
    }

    @Test
    void largestClassesComeFirst() {
        try (TensorLease lease = pool.allocate(8 * 1000)) {
            Random random = new Random(5);
            double[] values = new double[1000];
            for (int i = 0; i < values.length; i++) {
                values[i] = i == 17 ? Double.NaN : random.nextGaussian();
                lease.memory().setAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, i, values[i]);
            }
            var tensor = new io.penstock.serving.tensor.Tensor(DataType.FP64, Shape.of(1000), lease.memory());

            String[] all = new TopClasses(tensor, 1000, Map.of(3L, "three")).row(0, 1000);

            assertThat(all).hasSize(1000);
            assertThat(all[999]).isEqualTo("nan:17");
            double before = Double.POSITIVE_INFINITY;
            for (int i = 0; i < 999; i++) {
                double value =
                        values[Integer.parseInt(List.of(all[i].split(":", -1)).get(1))];
                assertThat(value).isLessThanOrEqualTo(before);
                before = value;
            }
            assertThat(all).anyMatch(each -> each.endsWith(":3:three"));
            assertThat(new TopClasses(tensor, 5, Map.of()).row(0, 1000))
                    .containsExactly(java.util.Arrays.stream(all, 0, 5)
                            .map(each -> each.replace(":three", ""))
                            .toArray(String[]::new));
        }
    }
}
