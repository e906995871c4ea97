package io.penstock.backend.onnxruntime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A session's inputs and outputs as a signature. */
final class OrtSignatures {
    private OrtSignatures() {}

    static ModelSignature read(OrtSession session, String model) throws OrtException {
        return new ModelSignature(
                "onnxruntime_onnx",
                tensors(session.getInputInfo().values(), model, "input"),
                tensors(session.getOutputInfo().values(), model, "output"),
                session.getMetadata().getCustomMetadata());
    }

    private static List<TensorSignature> tensors(Collection<NodeInfo> nodes, String model, String what) {
        List<TensorSignature> tensors = new ArrayList<>();
        for (NodeInfo node : nodes) {
            if (!(node.getInfo() instanceof TensorInfo tensor)) {
                throw refused(model, what + " " + node.getName() + " is no tensor; only tensors can be served");
            }
            tensors.add(new TensorSignature(
                    node.getName(), type(tensor, model, what + " " + node.getName()), Shape.of(tensor.getShape())));
        }
        return tensors;
    }

    private static DataType type(TensorInfo tensor, String model, String what) {
        switch (tensor.onnxType) {
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16,
                    ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32,
                    ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 ->
                // Read as the signed type of the size, they look servable, and every request then fails.
                throw refused(
                        model,
                        what + " is of "
                                + tensor.onnxType.name().substring("ONNX_TENSOR_ELEMENT_DATA_TYPE_".length())
                                + ", which ONNX Runtime's Java API cannot pass; give it a Cast to or from INT32 or INT64");
            default -> {}
        }
        return switch (tensor.type) {
            case FLOAT -> DataType.FP32;
            case DOUBLE -> DataType.FP64;
            case FLOAT16 -> DataType.FP16;
            case BFLOAT16 -> DataType.BF16;
            case INT8 -> DataType.INT8;
            case INT16 -> DataType.INT16;
            case INT32 -> DataType.INT32;
            case INT64 -> DataType.INT64;
            case UINT8 -> DataType.UINT8;
            case BOOL -> DataType.BOOL;
            case STRING -> DataType.BYTES;
            default -> throw refused(model, what + " has elements of a type that cannot be served: " + tensor.type);
        };
    }

    static OnnxJavaType type(DataType type) {
        return switch (type) {
            case FP32 -> OnnxJavaType.FLOAT;
            case FP64 -> OnnxJavaType.DOUBLE;
            case FP16 -> OnnxJavaType.FLOAT16;
            case BF16 -> OnnxJavaType.BFLOAT16;
            case INT8 -> OnnxJavaType.INT8;
            case INT16 -> OnnxJavaType.INT16;
            case INT32 -> OnnxJavaType.INT32;
            case INT64 -> OnnxJavaType.INT64;
            case UINT8 -> OnnxJavaType.UINT8;
            case BOOL -> OnnxJavaType.BOOL;
            case BYTES -> OnnxJavaType.STRING;
            case UINT16, UINT32, UINT64 ->
                throw new ServingException(ErrorCode.INVALID_REQUEST, "ONNX Runtime takes no " + type + " from here");
        };
    }

    private static ServingException refused(String model, String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, "model " + model + ": " + sentence);
    }
}
