package io.penstock.serving.oip;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import io.penstock.serving.InferResponse;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Inference requests and answers of the protocol's REST form: JSON, JSON with binary tensors behind it, and the raw
 * binary request of a single tensor. Binary tensors are never copied. Any number of threads may use it at once.
 */
public final class OipCodec {
    /** Stands for a request without the header {@code Inference-Header-Content-Length}. */
    public static final long NO_HEADER_LENGTH = -1;

    private final TensorPool pool;
    private final SharedRegions regions;
    private final int maxDepth;

    /** @param pool where tensors that come as JSON, and JSON answers, are held */
    public OipCodec(TensorPool pool) {
        this(pool, SharedRegions.NONE, JsonCursor.USUAL_DEPTH);
    }

    /**
     * @param regions memory that requests may name in the place of bytes of their own
     * @param maxDepth levels to which a request's JSON may be nested
     */
    public OipCodec(TensorPool pool, SharedRegions regions, int maxDepth) {
        this.maxDepth = maxDepth;
        this.pool = pool;
        this.regions = regions;
    }

    /**
     * Reads a request and checks it against the model. The caller keeps its own count of {@code body} and closes the
     * request.
     *
     * @param bytes the body, a view of {@code body}
     * @param headerLength bytes of JSON at the start; 0 for a raw binary request; {@link #NO_HEADER_LENGTH} if the
     *     body is JSON alone
     * @throws ServingException with a sentence that names the field
     */
    public OipRequest decode(TensorLease body, MemorySegment bytes, long headerLength, ModelSignature signature) {
        if (headerLength == 0) {
            return decodeRaw(body, bytes, signature);
        }
        if (headerLength > bytes.byteSize() || headerLength < NO_HEADER_LENGTH) {
            throw Refusal.invalid("Inference-Header-Content-Length is " + headerLength + ", but the body has "
                    + bytes.byteSize() + " bytes");
        }
        if (bytes.byteSize() == 0) {
            throw Refusal.invalid("the body is empty; an inference request is a JSON object with 'inputs'");
        }
        long jsonBytes = headerLength == NO_HEADER_LENGTH ? bytes.byteSize() : headerLength;
        OipDecoder.Memory memory = new OipDecoder.Memory(body, bytes.asSlice(jsonBytes), pool, regions);
        return new OipDecoder(new JsonCursor(bytes.asSlice(0, jsonBytes), maxDepth), memory, signature).decode();
    }

    private OipRequest decodeRaw(TensorLease body, MemorySegment bytes, ModelSignature signature) {
        if (signature.inputs().size() != 1) {
            throw Refusal.invalid("a raw binary request (Inference-Header-Content-Length: 0) needs a model with one"
                    + " input; this one has " + signature.inputs().size());
        }
        TensorSignature input = signature.inputs().getFirst();
        InferInputs inputs = new InferInputs(signature);
        if (input.type() == DataType.BYTES) {
            return decodeRawElement(bytes, input, inputs);
        }
        long[] shape = rawShape(input, bytes.byteSize());
        inputs.addBinary(inputs.declare(input.name(), input.type().name(), shape), bytes);
        return raw(inputs, body.retain());
    }

    /** The whole body is the one element, so its length goes before it. */
    private OipRequest decodeRawElement(MemorySegment bytes, TensorSignature input, InferInputs inputs) {
        long[] shape = new long[input.shape().rank()];
        Arrays.fill(shape, 1);
        TensorSignature declared = inputs.declare(input.name(), input.type().name(), shape);
        TensorLease element = pool.allocate(4 + bytes.byteSize());
        element.memory().set(JAVA_INT_UNALIGNED, 0, Math.toIntExact(bytes.byteSize()));
        MemorySegment.copy(bytes, 0, element.memory(), 4, bytes.byteSize());
        inputs.add(declared, element.memory());
        return raw(inputs, element);
    }

    private static OipRequest raw(InferInputs inputs, TensorLease memory) {
        return new OipRequest(Optional.empty(), Optional.empty(), 0, inputs.complete(), List.of(), true, memory);
    }

    /** An open outermost dimension is a batch of one where another dimension is open, too. */
    private static long[] rawShape(TensorSignature input, long bytes) {
        long[] shape = input.shape().toArray();
        long open = Arrays.stream(shape).filter(size -> size == Shape.ANY).count();
        if (open > 1 && shape[0] == Shape.ANY) {
            shape[0] = 1;
            open--;
        }
        if (open > 1) {
            throw Refusal.invalid("a raw binary request cannot tell the shape of input '" + input.name() + "': "
                    + input.shape() + " has more than one open dimension");
        }
        long known = input.type().byteSize();
        int openAt = -1;
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] == Shape.ANY) {
                openAt = i;
            } else {
                known *= shape[i];
            }
        }
        if (openAt >= 0) {
            if (known == 0 || bytes % known != 0) {
                throw Refusal.invalid("the body of " + bytes + " bytes is no multiple of " + known
                        + ", the size of one entry of input '" + input.name() + "' " + input.shape());
            }
            shape[openAt] = bytes / known;
        }
        return shape;
    }

    /**
     * Writes the answer; the caller closes it, and the response once the answer was sent.
     *
     * @throws ServingException if an output has no JSON form and was not asked for in binary, or cannot be given as it
     *     was asked for
     */
    public OipAnswer encode(
            String model, String version, ModelSignature signature, OipRequest request, InferResponse response) {
        AnswerOutputs outputs =
                AnswerOutputs.of(signature, request.outputs(), request.binaryByDefault(), response, regions, pool);
        boolean done = false;
        try (JsonOut out = new JsonOut(pool)) {
            List<MemorySegment> binary = new ArrayList<>();
            out.raw("{\"model_name\":").string(model);
            out.raw(",\"model_version\":").string(version);
            request.id().ifPresent(id -> out.raw(",\"id\":").string(id));
            out.raw(",\"outputs\":[");
            OipEncoder encoder = new OipEncoder(out);
            String separator = "";
            for (AnswerOutputs.Output output : outputs.all()) {
                out.raw(separator);
                write(out, encoder, output, binary);
                separator = ",";
            }
            out.raw("]}");
            OipAnswer answer = new OipAnswer(out.handOver(), out.size(), binary, outputs);
            done = true;
            return answer;
        } finally {
            if (!done) {
                outputs.close();
            }
        }
    }

    private static void write(
            JsonOut out, OipEncoder encoder, AnswerOutputs.Output output, List<MemorySegment> binary) {
        Tensor tensor = output.tensor();
        RequestedOutput wanted = output.wanted();
        out.raw("{\"name\":").string(wanted.name());
        out.raw(",\"datatype\":\"").raw(tensor.type().name()).raw("\",\"shape\":");
        out.raw(tensor.shape().toString());
        if (wanted.span().isPresent()) {
            RegionSpan span = wanted.span().get();
            out.raw(",\"parameters\":{\"shared_memory_region\":").string(span.region());
            out.raw(",\"shared_memory_offset\":").number(span.offset());
            out.raw(",\"shared_memory_byte_size\":").number(tensor.byteSize()).raw('}');
        } else if (wanted.binary()) {
            out.raw(",\"parameters\":{\"binary_data_size\":")
                    .number(tensor.byteSize())
                    .raw('}');
            binary.add(tensor.data());
        } else {
            out.raw(",\"data\":");
            encoder.data(wanted.name(), tensor);
        }
        out.raw('}');
    }
}
