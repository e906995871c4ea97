package io.penstock.backend.onnxruntime;

import io.penstock.serving.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** BYTES tensors as the texts that ONNX Runtime's Java face takes. Bytes that are no UTF-8 do not survive it. */
final class OrtStrings {
    private static final ValueLayout.OfInt LENGTH = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private OrtStrings() {}

    static String[] read(Tensor tensor) {
        String[] texts = new String[Math.toIntExact(tensor.shape().elementCount())];
        MemorySegment data = tensor.data();
        long offset = 0;
        for (int i = 0; i < texts.length; i++) {
            int length = data.get(LENGTH, offset);
            byte[] bytes = data.asSlice(offset + 4, length).toArray(ValueLayout.JAVA_BYTE);
            texts[i] = new String(bytes, StandardCharsets.UTF_8);
            offset += 4L + length;
        }
        return texts;
    }

    /** @param value a text, or texts nested in arrays */
    static MemorySegment write(Object value) {
        List<byte[]> texts = new ArrayList<>();
        flatten(value, texts);
        ByteBuffer bytes = ByteBuffer.allocate(
                        texts.stream().mapToInt(text -> 4 + text.length).sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        texts.forEach(text -> bytes.putInt(text.length).put(text));
        return MemorySegment.ofArray(bytes.array());
    }

    private static void flatten(Object value, List<byte[]> texts) {
        if (value instanceof Object[] array) {
            for (Object element : array) {
                flatten(element, texts);
            }
        } else {
            texts.add(String.valueOf(value).getBytes(StandardCharsets.UTF_8));
        }
    }
}
