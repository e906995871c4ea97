package io.penstock.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class OnnxContentsTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void countsOperatorsAndOpsets() {
        Path file = new TinyOnnx()
                .input("x", 1, 4)
                .node("Relu", List.of("x"), "a")
                .node("Relu", List.of("a"), "b")
                .node("Sigmoid", List.of("b"), "y")
                .output("y", 1, 4)
                .opset(17)
                .write(folder.resolve("m.onnx"));

        OnnxContents contents = OnnxContents.read(file);
        assertThat(contents.operators()).isEqualTo(Map.of("Relu", 2L, "Sigmoid", 1L));
        assertThat(contents.opsets()).isEqualTo(Map.of("ai.onnx", 17L));
        assertThat(contents.parameters()).isZero();
    }

    @Test
    void countsElementsOfInitializersInSubgraphsTooAndDoesNotReadThem() {
        byte[] weights = message(1, number(3), 1, number(4), 9, new byte[100_000]);
        byte[] packed = message(1, bytes(new byte[] {2, 5}), 9, new byte[3]);
        byte[] inner = message(5, bytes(packed), 1, bytes(message(4, "Add".getBytes(StandardCharsets.UTF_8))));
        byte[] node = message(
                4,
                "If".getBytes(StandardCharsets.UTF_8),
                7,
                "com.example".getBytes(StandardCharsets.UTF_8),
                5,
                bytes(message(6, bytes(inner))));
        byte[] scalar = message(2, number(1));
        byte[] graph = message(5, bytes(weights), 1, bytes(node), 5, bytes(scalar));

        OnnxContents contents = read(message(2, "maker".getBytes(StandardCharsets.UTF_8), 7, bytes(graph)));
        assertThat(contents.parameters()).isEqualTo(12 + 10 + 1);
        assertThat(contents.operators()).isEqualTo(Map.of("Add", 1L, "com.example.If", 1L));
        assertThat(contents.producer()).isEqualTo("maker");
    }

    @Test
    void knowsWhatTheSampleIsMadeOf() {
        // Tests run in their module's folder.
        Path root = Path.of("").toAbsolutePath().resolveSibling("samples");
        OnnxContents contents = OnnxContents.read(root.resolve("street/street-detector.onnx"));
        assertThat(contents.operators()).containsKey("Conv");
        assertThat(contents.parameters()).isBetween(50_000L, 2_000_000L);
    }

    @Test
    void readsEveryModelOfTheMaterial() throws IOException {
        String material = System.getenv().getOrDefault("PENSTOCK_TEST_MATERIAL", "");
        Assumptions.assumeFalse(material.isEmpty(), "PENSTOCK_TEST_MATERIAL names no folder");
        try (Stream<Path> files = Files.walk(Path.of(material, "models"))) {
            List<Path> models =
                    files.filter(file -> file.toString().endsWith(".onnx")).toList();
            assertThat(models)
                    .isNotEmpty()
                    .allSatisfy(model ->
                            assertThat(OnnxContents.read(model).operators()).isNotEmpty());
        }
    }

    @Test
    void refusesWhatIsNoModel() {
        refuses(new byte[0], "it has no graph");
        refuses("<html><body>404</body></html>".getBytes(StandardCharsets.UTF_8), "m.onnx is no ONNX model: ");
        refuses(new byte[] {0x3A, (byte) 0xFF, (byte) 0xFF, 0x7F}, "where 0 are left (byte 4)");
        byte[] deep = message(1, bytes(new byte[0]));
        for (int i = 0; i < 40; i++) {
            deep = message(1, bytes(message(5, bytes(message(6, bytes(deep))))));
        }
        refuses(message(7, bytes(deep)), "graphs are nested deeper than 32");
        byte[] huge = message(5, bytes(message(1, number(1L << 40), 1, number(1L << 40))));
        refuses(message(7, bytes(huge)), "a tensor has a dimension of");
    }

    @Test
    void damagedFilesAreRefusedAndNothingWorse() {
        byte[] whole = new TinyOnnx()
                .input("x", 1, 4)
                .node("Relu", List.of("x"), "y")
                .output("y", 1, 4)
                .metadata("names", "a,b")
                .bytes();
        Random random = new Random(11);
        for (int i = 0; i < 2_000; i++) {
            byte[] damaged = Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
            for (int j = 0; j < 3; j++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            assertThatCode(() -> {
                        try {
                            read(damaged);
                        } catch (ServingException e) {
                            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                        }
                    })
                    .doesNotThrowAnyException();
        }
    }

    private void refuses(byte[] bytes, String sentence) {
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessageContaining(sentence);
    }

    private OnnxContents read(byte[] bytes) {
        try {
            return OnnxContents.read(Files.write(folder.resolve("m.onnx"), bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Field numbers and values in turn: a long is a varint, bytes are a message or a text. */
    private static byte[] message(Object... fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            long field = (Integer) fields[i];
            if (fields[i + 1] instanceof Long value) {
                varint(out, field << 3);
                varint(out, value);
            } else {
                byte[] value = (byte[]) fields[i + 1];
                varint(out, (field << 3) | 2);
                varint(out, value.length);
                out.writeBytes(value);
            }
        }
        return out.toByteArray();
    }

    private static Long number(long value) {
        return value;
    }

    private static byte[] bytes(byte[] value) {
        return value;
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
