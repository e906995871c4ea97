package io.penstock.backend.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** An output that ONNX Runtime placed itself, its bytes on the heap. */
record OrtOutput(DataType type, Shape shape, MemorySegment bytes) {
    static OrtOutput read(TensorSignature output, OnnxTensor tensor) throws OrtException {
        Shape shape = Shape.of(tensor.getInfo().getShape());
        if (output.type() == DataType.BYTES) {
            return new OrtOutput(output.type(), shape, OrtStrings.write(tensor.getValue()));
        }
        ByteBuffer copy = tensor.getByteBuffer();
        return new OrtOutput(output.type(), shape, MemorySegment.ofBuffer(copy));
    }

    long byteSize() {
        return bytes.byteSize();
    }
}
