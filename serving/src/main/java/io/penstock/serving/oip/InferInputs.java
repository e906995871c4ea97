package io.penstock.serving.oip;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Collects the inputs of one request, each checked against the model's signature before its bytes are looked at.
 * Every transport of the protocol goes through here, so that each refuses the same with the same sentence.
 */
public final class InferInputs {
    private static final int MAX_RANK = 32;
    private static final ValueLayout.OfInt LITTLE_ENDIAN_INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final ModelSignature signature;
    private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    private final Set<String> declared = new HashSet<>();

    public InferInputs(ModelSignature signature) {
        this.signature = signature;
    }

    /**
     * What the caller says an input is.
     *
     * @return the input with the request's own shape, whose element count and byte size fit a long
     * @throws ServingException if the model has no such input, it was declared before, or type or shape do not fit
     */
    public TensorSignature declare(String name, String datatype, long[] dimensions) {
        TensorSignature wanted = signature
                .findInput(name)
                .orElseThrow(() -> Refusal.invalid("the model has no input named '" + Refusal.shown(name)
                        + "'; its inputs are: " + names(signature.inputs())));
        if (!declared.add(name)) {
            throw Refusal.invalid("input '" + name + "' is given twice");
        }
        DataType type = DataType.find(datatype)
                .orElseThrow(() -> Refusal.invalid("input '" + name + "' has datatype '" + Refusal.shown(datatype)
                        + "', which the protocol does not know"));
        if (type != wanted.type()) {
            throw Refusal.invalid(
                    "input '" + name + "' has datatype " + type + ", but the model wants " + wanted.type());
        }
        return new TensorSignature(name, type, shape(wanted, dimensions));
    }

    private static Shape shape(TensorSignature wanted, long[] dimensions) {
        String name = wanted.name();
        if (dimensions.length > MAX_RANK) {
            throw Refusal.invalid("input '" + name + "' has " + dimensions.length + " dimensions; at most " + MAX_RANK
                    + " are allowed");
        }
        long bytes = Math.max(1, wanted.type().byteSize());
        for (long dimension : dimensions) {
            if (dimension < 0) {
                throw Refusal.invalid("input '" + name + "' has dimension " + dimension
                        + " in its shape; a tensor's dimensions are 0 or more");
            }
            if (Math.multiplyHigh(bytes, dimension) != 0 || bytes * dimension < 0) {
                throw Refusal.invalid("the shape " + Shape.of(dimensions) + " of input '" + name
                        + "' has more elements than can be counted");
            }
            // A zero elsewhere must not hide an overflow, so it does not count here.
            bytes *= Math.max(1, dimension);
        }
        Shape shape = Shape.of(dimensions);
        if (!wanted.shape().accepts(shape)) {
            throw Refusal.invalid("input '" + name + "' has shape " + shape + ", but the model wants " + wanted.shape()
                    + (wanted.shape().isFixed() ? "" : " (-1 is any size)"));
        }
        return shape;
    }

    /** Adds a declared input whose elements are {@code bytes}, little-endian and row-major, without copying them. */
    public void addBinary(TensorSignature input, MemorySegment bytes) {
        if (input.type() == DataType.BYTES) {
            checkBytesElements(input, bytes);
        } else {
            long wanted = input.shape().elementCount() * input.type().byteSize();
            if (bytes.byteSize() != wanted) {
                throw Refusal.invalid("input '" + input.name() + "' has " + bytes.byteSize() + " bytes, but "
                        + input.type() + input.shape() + " is " + wanted + " bytes");
            }
        }
        add(input, bytes);
    }

    void add(TensorSignature input, MemorySegment elements) {
        tensors.put(input.name(), new Tensor(input.type(), input.shape(), elements));
    }

    private static void checkBytesElements(TensorSignature input, MemorySegment bytes) {
        long wanted = input.shape().elementCount();
        long at = 0;
        long elements = 0;
        while (at < bytes.byteSize()) {
            long left = bytes.byteSize() - at;
            long length = left < 4 ? -1 : Integer.toUnsignedLong(bytes.get(LITTLE_ENDIAN_INT, at));
            if (length < 0 || length > left - 4) {
                throw Refusal.invalid("element " + elements + " of BYTES input '" + input.name()
                        + "' is not a 4-byte length followed by as many bytes");
            }
            at += 4 + length;
            elements++;
        }
        if (elements != wanted) {
            throw Refusal.invalid("input '" + input.name() + "' holds " + elements + " elements, but its shape "
                    + input.shape() + " has " + wanted);
        }
    }

    /** All inputs, in the order they were added. */
    public SequencedMap<String, Tensor> complete() {
        for (TensorSignature input : signature.inputs()) {
            if (!tensors.containsKey(input.name())) {
                throw Refusal.invalid("input '" + input.name() + "' is missing; the model's inputs are: "
                        + names(signature.inputs()));
            }
        }
        return tensors;
    }

    /** Refuses outputs that the model lacks or that are asked for twice. */
    public static void checkOutputs(ModelSignature signature, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (signature.findOutput(name).isEmpty()) {
                throw Refusal.invalid("the model has no output named '" + Refusal.shown(name) + "'; its outputs are: "
                        + names(signature.outputs()));
            }
            if (!seen.add(name)) {
                throw Refusal.invalid("output '" + name + "' is asked for twice");
            }
        }
    }

    private static String names(List<TensorSignature> tensors) {
        return tensors.stream().map(TensorSignature::name).collect(Collectors.joining(", "));
    }
}
