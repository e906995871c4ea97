package io.penstock.serving.oip;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import io.penstock.serving.InferResponse;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The V1 protocol, which TensorFlow Serving began and KServe speaks: {@code {"instances": [...]}} by rows,
 * {@code {"inputs": ...}} by columns, answered as {@code {"predictions": ...}}. Values have no types of their own, so they
 * take those of the model. Any number of threads may use it at once.
 */
public final class V1Codec {
    private static final int USUAL_CALLS = 256;

    private final TensorPool pool;
    private final int maxDepth;
    private final int maxCalls;

    public V1Codec(TensorPool pool) {
        this(pool, JsonCursor.USUAL_DEPTH, USUAL_CALLS);
    }

    /**
     * @param maxDepth levels to which a request's JSON may be nested
     * @param maxCalls instances of one request to a model that takes one at a time
     */
    public V1Codec(TensorPool pool, int maxDepth, int maxCalls) {
        this.maxDepth = maxDepth;
        this.maxCalls = maxCalls;
        this.pool = pool;
    }

    /**
     * Reads a request and checks it against the model. The caller closes it.
     *
     * @param bytes the JSON
     * @throws ServingException with a sentence that names the field
     */
    public V1Request decode(MemorySegment bytes, ModelSignature signature) {
        if (bytes.byteSize() == 0) {
            throw Refusal.invalid(
                    "the body is empty; a prediction request is a JSON object with 'instances' or 'inputs'");
        }
        return new V1Decoder(new V1Decoder.Text(bytes, maxDepth), signature, pool, maxCalls).decode();
    }

    /**
     * Where the values of top-level members stand, such as {@code data} of a structured CloudEvent.
     *
     * @return the values' bytes, views; nothing for a member that is not there
     */
    public Map<String, MemorySegment> members(MemorySegment json, Set<String> names) {
        JsonCursor cursor = new JsonCursor(json, maxDepth);
        Map<String, MemorySegment> found = new HashMap<>();
        boolean another = cursor.open('{');
        while (another) {
            String member = cursor.name();
            cursor.peek();
            long from = cursor.position();
            cursor.skip();
            if (names.contains(member) && found.put(member, json.asSlice(from, cursor.position() - from)) != null) {
                throw Refusal.invalid("the object has '" + member + "' twice");
            }
            another = cursor.more('{');
        }
        cursor.expectEnd();
        return found;
    }

    /** The text of a JSON string; empty where the value is none. */
    public Optional<String> text(MemorySegment value) {
        JsonCursor cursor = new JsonCursor(value, maxDepth);
        return cursor.peek() == '"' ? Optional.of(cursor.string()) : Optional.empty();
    }

    /**
     * Writes the answer to all calls of a request; the caller closes its memory.
     *
     * @param before goes before the JSON object, {@code after} behind it: a CloudEvent's envelope
     * @param responses in the order of the request's calls
     */
    public Written encode(
            V1Request request, ModelSignature signature, List<InferResponse> responses, String before, String after) {
        try (JsonOut out = new JsonOut(pool)) {
            out.utf8(before).raw("{\"predictions\":");
            if (request.batched() && !request.byRows()) {
                columns(out, responses.getFirst());
            } else if (request.batched() && isByRows(request.rows(), responses.getFirst())) {
                rows(out, request.rows(), responses.getFirst());
            } else {
                out.raw('[');
                for (int i = 0; i < responses.size(); i++) {
                    out.raw(i == 0 ? "" : ",");
                    one(out, signature, responses.get(i));
                }
                out.raw(']');
            }
            out.raw('}').utf8(after);
            return new Written(out.handOver(), out.size());
        }
    }

    /** An answer's JSON: so many bytes of memory. */
    public record Written(TensorLease memory, long byteSize) {}

    private static boolean isByRows(long rows, InferResponse response) {
        return response.outputs().values().stream()
                .allMatch(tensor -> tensor.shape().rank() > 0 && tensor.shape().dimension(0) == rows);
    }

    private static void columns(JsonOut out, InferResponse response) {
        if (response.outputs().size() == 1) {
            Map.Entry<String, Tensor> only = response.outputs().firstEntry();
            new NestedElements(out, only.getKey(), only.getValue()).write(0);
            return;
        }
        String separator = "{";
        for (Map.Entry<String, Tensor> output : response.outputs().entrySet()) {
            out.raw(separator).string(output.getKey()).raw(':');
            new NestedElements(out, output.getKey(), output.getValue()).write(0);
            separator = ",";
        }
        out.raw('}');
    }

    /** Each row of the batch: the value of a sole output, or an object of all. */
    private static void rows(JsonOut out, long rows, InferResponse response) {
        List<NestedElements> outputs = new ArrayList<>();
        response.outputs().forEach((name, tensor) -> outputs.add(new NestedElements(out, name, tensor)));
        out.raw('[');
        for (long row = 0; row < rows; row++) {
            out.raw(row == 0 ? "" : ",");
            if (outputs.size() == 1) {
                outputs.getFirst().write(1);
                continue;
            }
            String separator = "{";
            for (NestedElements output : outputs) {
                out.raw(separator).string(output.name()).raw(':');
                output.write(1);
                separator = ",";
            }
            out.raw('}');
        }
        out.raw(']');
    }

    /** The answer to one instance that was a call of its own; a batch of one that the model insists on is left out. */
    private static void one(JsonOut out, ModelSignature signature, InferResponse response) {
        boolean sole = response.outputs().size() == 1;
        String separator = "{";
        for (Map.Entry<String, Tensor> output : response.outputs().entrySet()) {
            if (!sole) {
                out.raw(separator).string(output.getKey()).raw(':');
            }
            Shape declared = signature
                    .findOutput(output.getKey())
                    .orElseThrow(() -> new IllegalStateException("no output " + output.getKey()))
                    .shape();
            boolean isBatchOfOne = declared.rank() > 0
                    && declared.dimension(0) == 1
                    && output.getValue().shape().dimension(0) == 1;
            new NestedElements(out, output.getKey(), output.getValue()).write(isBatchOfOne ? 1 : 0);
            separator = ",";
        }
        if (!sole) {
            out.raw('}');
        }
    }

    /** Writes a tensor's elements nested as its shape, piece by piece. */
    private static final class NestedElements {
        private final JsonOut out;
        private final OipEncoder encoder;
        private final String name;
        private final Tensor tensor;
        private long offset;

        NestedElements(JsonOut out, String name, Tensor tensor) {
            this.out = out;
            this.encoder = new OipEncoder(out);
            this.name = name;
            this.tensor = tensor;
        }

        String name() {
            return name;
        }

        /** @param level of nesting that is written: 0 for the whole, 1 for the next entry of the outermost dimension */
        void write(int level) {
            if (level == tensor.shape().rank()) {
                element();
                return;
            }
            out.raw('[');
            for (long i = 0; i < tensor.shape().dimension(level); i++) {
                out.raw(i == 0 ? "" : ",");
                write(level + 1);
            }
            out.raw(']');
        }

        private void element() {
            if (tensor.type() != DataType.BYTES) {
                encoder.element(name, tensor, offset);
                offset += tensor.type().byteSize();
                return;
            }
            long length = Integer.toUnsignedLong(tensor.data().get(JAVA_INT_UNALIGNED, offset));
            MemorySegment bytes = tensor.data().asSlice(offset + 4, length);
            if (JsonStrings.isUtf8(bytes)) {
                out.string(bytes);
            } else {
                out.raw("{\"b64\":\"").base64(bytes).raw("\"}");
            }
            offset += 4 + length;
        }
    }
}
