package io.penstock.serving.oip;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.oip.OipRequest.RequestedOutput;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON request and the binary tensors behind it.
 *
 * <p>In two passes: the first walks the whole JSON and remembers where each {@code data} stands, for its type and
 * shape may follow it; the second reads the numbers into memory that is set aside only then.
 */
final class OipDecoder {
    private static final long ALIGNMENT = 64;

    private final TensorLease body;
    private final MemorySegment tail;
    private final TensorPool pool;
    private final ModelSignature signature;
    private final JsonCursor json;
    private final List<Input> inputs = new ArrayList<>();
    private final List<Output> outputs = new ArrayList<>();
    private boolean hasInputs;
    private boolean binaryByDefault;
    private Optional<String> id = Optional.empty();
    private Optional<Duration> timeout = Optional.empty();

    /** An entry of {@code inputs} as it is read. */
    private static final class Input {
        @Nullable
        String name;

        @Nullable
        String datatype;

        long @Nullable [] shape;
        OptionalLong binarySize = OptionalLong.empty();
        long dataAt = -1;
        long dataEnd;
    }

    private record Output(String name, Optional<Boolean> binary) {}

    /**
     * @param head the JSON
     * @param tail the binary tensors behind it
     */
    OipDecoder(TensorLease body, MemorySegment head, MemorySegment tail, TensorPool pool, ModelSignature signature) {
        this.body = body;
        this.tail = tail;
        this.pool = pool;
        this.signature = signature;
        this.json = new JsonCursor(head);
    }

    OipRequest decode() {
        readRequest();
        InferInputs declared = new InferInputs(signature);
        List<TensorSignature> signatures = new ArrayList<>(inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            signatures.add(declare(declared, inputs.get(i), i));
        }
        List<RequestedOutput> requested = outputs.stream()
                .map(output -> new RequestedOutput(output.name, output.binary.orElse(binaryByDefault)))
                .toList();
        InferInputs.checkOutputs(
                signature, requested.stream().map(RequestedOutput::name).toList());
        addBinary(declared, signatures);
        long typedBytes = typedBytes(signatures);
        if (typedBytes < 0) {
            return new OipRequest(id, timeout, declared.complete(), requested, binaryByDefault, body.retain());
        }
        TensorLease typed = pool.allocate(typedBytes);
        boolean done = false;
        try {
            readTyped(declared, signatures, typed.memory());
            boolean mixed = inputs.stream().anyMatch(input -> input.binarySize.isPresent());
            TensorLease memory = mixed ? new JoinedLease(body.retain(), typed) : typed;
            OipRequest request =
                    new OipRequest(id, timeout, inOrder(declared, signatures), requested, binaryByDefault, memory);
            done = true;
            return request;
        } finally {
            if (!done) {
                typed.close();
            }
        }
    }

    /** Binary inputs were added before the others; the request's own order counts. */
    private static SequencedMap<String, Tensor> inOrder(InferInputs declared, List<TensorSignature> signatures) {
        SequencedMap<String, Tensor> complete = declared.complete();
        for (TensorSignature input : signatures) {
            complete.putLast(input.name(), Objects.requireNonNull(complete.get(input.name())));
        }
        return complete;
    }

    private TensorSignature declare(InferInputs declared, Input input, int index) {
        String where = "inputs[" + index + "]";
        String name = required(input.name, where, "name");
        String datatype = required(input.datatype, where, "datatype");
        long[] shape = required(input.shape, where, "shape");
        if (input.dataAt >= 0 && input.binarySize.isPresent()) {
            throw Refusal.invalid("input '" + Refusal.shown(name) + "' has both 'data' and 'binary_data_size'");
        }
        if (input.dataAt < 0 && input.binarySize.isEmpty()) {
            throw Refusal.invalid("input '" + Refusal.shown(name) + "' has no 'data' (nor 'binary_data_size')");
        }
        return declared.declare(name, datatype, shape);
    }

    private static <T> T required(@Nullable T value, String where, String field) {
        if (value == null) {
            throw Refusal.invalid(where + " has no '" + field + "'");
        }
        return value;
    }

    private void addBinary(InferInputs declared, List<TensorSignature> signatures) {
        long at = 0;
        for (int i = 0; i < inputs.size(); i++) {
            OptionalLong size = inputs.get(i).binarySize;
            if (size.isEmpty()) {
                continue;
            }
            if (size.getAsLong() > tail.byteSize() - at) {
                throw Refusal.invalid("input '" + signatures.get(i).name() + "' has binary_data_size "
                        + size.getAsLong() + ", but only " + (tail.byteSize() - at) + " bytes are left in the body");
            }
            declared.addBinary(signatures.get(i), tail.asSlice(at, size.getAsLong()));
            at += size.getAsLong();
        }
        if (at != tail.byteSize()) {
            throw Refusal.invalid("the body has " + tail.byteSize()
                    + " bytes behind its JSON, but binary_data_size adds" + " up to " + at);
        }
    }

    /** Memory for all inputs given as JSON; -1 if there are none. */
    private long typedBytes(List<TensorSignature> signatures) {
        long bytes = -1;
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            if (input.dataAt >= 0) {
                long needed = JsonTensorReader.bytesNeeded(signatures.get(i), input.dataEnd - input.dataAt);
                bytes = aligned(Math.max(bytes, 0)) + needed;
            }
        }
        return bytes;
    }

    private void readTyped(InferInputs declared, List<TensorSignature> signatures, MemorySegment memory) {
        long at = 0;
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            if (input.dataAt < 0) {
                continue;
            }
            at = aligned(at);
            long needed = JsonTensorReader.bytesNeeded(signatures.get(i), input.dataEnd - input.dataAt);
            MemorySegment target = memory.asSlice(at, needed);
            json.moveTo(input.dataAt);
            long written = new JsonTensorReader(json, signatures.get(i), target).read();
            declared.add(signatures.get(i), target.asSlice(0, written));
            at += needed;
        }
    }

    private static long aligned(long offset) {
        return (offset + ALIGNMENT - 1) & -ALIGNMENT;
    }

    private void readRequest() {
        boolean another = json.open('{');
        while (another) {
            switch (json.name()) {
                case "id" -> id = Optional.of(string("id"));
                case "parameters" -> readParameters();
                case "inputs" -> readInputs();
                case "outputs" -> readOutputs();
                default -> json.skip();
            }
            another = json.more('{');
        }
        json.expectEnd();
        if (!hasInputs) {
            throw Refusal.invalid("the request has no 'inputs'");
        }
    }

    private void readParameters() {
        boolean another = json.open('{');
        while (another) {
            switch (json.name()) {
                case "binary_data_output" -> binaryByDefault = bool("binary_data_output");
                case "timeout" -> {
                    long micros = wholeNumber("timeout");
                    timeout = micros == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(saturated(micros)));
                }
                default -> skipParameter();
            }
            another = json.more('{');
        }
    }

    private static long saturated(long micros) {
        return Math.min(micros, Long.MAX_VALUE / 4_000) * 1_000;
    }

    private void skipParameter() {
        int next = json.peek();
        if (next == '{' || next == '[') {
            throw Refusal.invalid("a parameter is a string, a number or a boolean, not an array or object");
        }
        json.skip();
    }

    private void readInputs() {
        if (hasInputs) {
            throw Refusal.invalid("the request has 'inputs' twice");
        }
        hasInputs = true;
        boolean another = json.open('[');
        while (another) {
            inputs.add(readInput());
            another = json.more('[');
        }
    }

    private Input readInput() {
        Input input = new Input();
        boolean another = json.open('{');
        while (another) {
            switch (json.name()) {
                case "name" -> input.name = string("name");
                case "datatype" -> input.datatype = string("datatype");
                case "shape" -> input.shape = shape();
                case "parameters" -> readInputParameters(input);
                case "data" -> {
                    json.peek();
                    input.dataAt = json.position();
                    json.skip();
                    input.dataEnd = json.position();
                }
                default -> json.skip();
            }
            another = json.more('{');
        }
        return input;
    }

    private void readInputParameters(Input input) {
        boolean another = json.open('{');
        while (another) {
            switch (json.name()) {
                case "binary_data_size" -> input.binarySize = OptionalLong.of(wholeNumber("binary_data_size"));
                case "shared_memory_region" -> throw Refusal.absent("shared memory is not supported");
                default -> skipParameter();
            }
            another = json.more('{');
        }
    }

    private void readOutputs() {
        boolean another = json.open('[');
        while (another) {
            outputs.add(readOutput());
            another = json.more('[');
        }
    }

    private Output readOutput() {
        String name = null;
        Optional<Boolean> binary = Optional.empty();
        boolean another = json.open('{');
        while (another) {
            switch (json.name()) {
                case "name" -> name = string("name");
                case "parameters" -> binary = readOutputParameters();
                default -> json.skip();
            }
            another = json.more('{');
        }
        return new Output(required(name, "outputs[" + outputs.size() + "]", "name"), binary);
    }

    private Optional<Boolean> readOutputParameters() {
        Optional<Boolean> binary = Optional.empty();
        boolean another = json.open('{');
        while (another) {
            switch (json.name()) {
                case "binary_data" -> binary = Optional.of(bool("binary_data"));
                case "classification" -> throw Refusal.absent("the classification extension is not supported");
                case "shared_memory_region" -> throw Refusal.absent("shared memory is not supported");
                default -> skipParameter();
            }
            another = json.more('{');
        }
        return binary;
    }

    private long[] shape() {
        if (json.peek() != '[') {
            throw wrongField("shape", "an array of whole numbers");
        }
        long[] dimensions = new long[8];
        int rank = 0;
        boolean another = json.open('[');
        while (another) {
            if (rank == dimensions.length) {
                dimensions = Arrays.copyOf(dimensions, 2 * rank);
            }
            JsonNumber number = json.isNumberNext() ? json.number() : null;
            if (number == null || !number.isWithin(Long.MIN_VALUE, Long.MAX_VALUE)) {
                throw wrongField("shape", "an array of whole numbers");
            }
            dimensions[rank++] = number.toLong();
            another = json.more('[');
        }
        return Arrays.copyOf(dimensions, rank);
    }

    private String string(String field) {
        if (json.peek() != '"') {
            throw wrongField(field, "a string");
        }
        return json.string();
    }

    private boolean bool(String field) {
        int next = json.peek();
        if (next != 't' && next != 'f') {
            throw wrongField(field, "true or false");
        }
        return json.bool();
    }

    private long wholeNumber(String field) {
        JsonNumber number = json.isNumberNext() ? json.number() : null;
        if (number == null || !number.isWithin(0, Long.MAX_VALUE)) {
            throw wrongField(field, "a whole number, 0 or more");
        }
        return number.toLong();
    }

    private ServingException wrongField(String field, String wanted) {
        if (json.peek() < 0) {
            return json.unexpected("a value");
        }
        return Refusal.invalid("'" + field + "' must be " + wanted);
    }
}
