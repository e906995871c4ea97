package io.penstock.backend.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorInstance;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * One copy of an ONNX model. Inputs are read where they lie, and outputs whose size is known beforehand are written
 * straight into the memory that the response keeps: no tensor is copied on the way.
 */
final class OrtTensorInstance implements TensorInstance {
    private static final long ALIGNMENT = 64;

    private final OrtEnvironment environment;
    private final OnnxRuntimeBackend.SharedSession shared;
    private final String model;
    private final ModelSignature signature;
    private boolean placesOutputs = true;

    OrtTensorInstance(
            OrtEnvironment environment,
            OnnxRuntimeBackend.SharedSession shared,
            String model,
            ModelSignature signature) {
        this.environment = environment;
        this.shared = shared;
        this.model = model;
        this.signature = signature;
    }

    @Override
    public ModelSignature signature() {
        return signature;
    }

    @Override
    public Outputs execute(Map<String, Tensor> inputs, TensorPool pool) {
        Map<String, OnnxTensor> bound = new HashMap<>();
        try {
            for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
                bound.put(input.getKey(), bind(input.getValue()));
            }
            Optional<List<Shape>> shapes = placesOutputs ? outputShapes(inputs) : Optional.empty();
            return shapes.isPresent() ? runPlaced(bound, shapes.get(), pool) : runAndCopy(bound, pool);
        } catch (OrtException e) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "model " + model + " refuses its inputs: " + OrtMessages.sentence(e), e);
        } finally {
            bound.values().forEach(OnnxTensor::close);
        }
    }

    /** The outputs' shapes in the signature's order, where it and the batch of the inputs tell all of them. */
    private Optional<List<Shape>> outputShapes(Map<String, Tensor> inputs) {
        Shape first = inputs.values().iterator().next().shape();
        List<Shape> shapes = new ArrayList<>();
        for (TensorSignature output : signature.outputs()) {
            Shape shape = signature.isBatchable() ? output.shape().withBatch(first.dimension(0)) : output.shape();
            if (!shape.isFixed() || output.type() == DataType.BYTES) {
                return Optional.empty();
            }
            shapes.add(shape);
        }
        return Optional.of(shapes);
    }

    private Outputs runPlaced(Map<String, OnnxTensor> bound, List<Shape> shapes, TensorPool pool) throws OrtException {
        long bytes = 0;
        for (int i = 0; i < shapes.size(); i++) {
            bytes += align(sizeOf(i, shapes));
        }
        TensorLease memory = pool.allocate(bytes);
        Map<String, OnnxTensor> placed = new HashMap<>();
        boolean done = false;
        try {
            SequencedMap<String, Tensor> outputs = new LinkedHashMap<>();
            long offset = 0;
            for (int i = 0; i < shapes.size(); i++) {
                TensorSignature output = signature.outputs().get(i);
                MemorySegment data = memory.memory().asSlice(offset, sizeOf(i, shapes));
                Tensor tensor = new Tensor(output.type(), shapes.get(i), data);
                outputs.put(output.name(), tensor);
                placed.put(output.name(), bind(tensor));
                offset += align(sizeOf(i, shapes));
            }
            shared.session().run(bound, placed).close();
            done = true;
            return new Outputs(outputs, memory);
        } catch (OrtException e) {
            if (!String.valueOf(e.getMessage()).contains("shape")) {
                throw e;
            }
            // The model gives other shapes than its signature says: from now on they are asked for afterwards.
            placesOutputs = false;
            return runAndCopy(bound, pool);
        } finally {
            placed.values().forEach(OnnxTensor::close);
            if (!done) {
                memory.close();
            }
        }
    }

    private Outputs runAndCopy(Map<String, OnnxTensor> bound, TensorPool pool) throws OrtException {
        try (OrtSession.Result result = shared.session().run(bound)) {
            SequencedMap<String, OrtOutput> found = new LinkedHashMap<>();
            long bytes = 0;
            for (TensorSignature output : signature.outputs()) {
                OrtOutput read = OrtOutput.read(
                        output, (OnnxTensor) result.get(output.name()).orElseThrow());
                found.put(output.name(), read);
                bytes += align(read.byteSize());
            }
            TensorLease memory = pool.allocate(bytes);
            SequencedMap<String, Tensor> outputs = new LinkedHashMap<>();
            long offset = 0;
            for (Map.Entry<String, OrtOutput> entry : found.entrySet()) {
                OrtOutput read = entry.getValue();
                MemorySegment data = memory.memory().asSlice(offset, read.byteSize());
                data.copyFrom(read.bytes());
                outputs.put(entry.getKey(), new Tensor(read.type(), read.shape(), data));
                offset += align(read.byteSize());
            }
            return new Outputs(outputs, memory);
        }
    }

    private OnnxTensor bind(Tensor tensor) throws OrtException {
        if (tensor.type() == DataType.BYTES) {
            return OnnxTensor.createTensor(
                    environment, OrtStrings.read(tensor), tensor.shape().toArray());
        }
        if (tensor.byteSize() > Integer.MAX_VALUE) {
            throw new ServingException(
                    ErrorCode.TOO_LARGE, "a tensor may have at most 2 GiB: " + tensor.byteSize() + " bytes");
        }
        ByteBuffer buffer = tensor.data().asByteBuffer().order(ByteOrder.nativeOrder());
        return OnnxTensor.createTensor(
                environment, buffer, tensor.shape().toArray(), OrtSignatures.type(tensor.type()));
    }

    private long sizeOf(int output, List<Shape> shapes) {
        return shapes.get(output).elementCount()
                * signature.outputs().get(output).type().byteSize();
    }

    private static long align(long bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    @Override
    public void close() {
        try {
            shared.release();
        } catch (OrtException e) {
            throw new ServingException(ErrorCode.INTERNAL, "model " + model + " could not be unloaded", e);
        }
    }
}
