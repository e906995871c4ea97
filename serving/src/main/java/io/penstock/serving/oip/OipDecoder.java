package io.penstock.serving.oip;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ServingException;
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

    private final Memory held;
    private final ModelSignature signature;
    private final JsonCursor json;
    private final List<Input> inputs = new ArrayList<>();
    private final List<Output> outputs = new ArrayList<>();
    private boolean hasInputs;
    private boolean hasOutputs;
    private long priority;
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
        final TensorParameters parameters = new TensorParameters();
        long dataAt = -1;
        long dataEnd;

        OptionalLong binarySize() {
            return parameters.binarySize;
        }

        Optional<RegionSpan> span() {
            return parameters.span();
        }
    }

    private record Output(String name, TensorParameters parameters) {
        RequestedOutput requested(boolean binaryByDefault) {
            return new RequestedOutput(
                    name, parameters.binary.orElse(binaryByDefault), parameters.topClasses, parameters.span());
        }
    }

    /** The parameters of one input or output that this server knows. */
    private static final class TensorParameters {
        OptionalLong binarySize = OptionalLong.empty();
        Optional<Boolean> binary = Optional.empty();
        int topClasses;
        Optional<String> region = Optional.empty();
        long offset;
        OptionalLong byteSize = OptionalLong.empty();

        Optional<RegionSpan> span() {
            if (region.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new RegionSpan(
                    region.get(),
                    offset,
                    byteSize.orElseThrow(() ->
                            Refusal.invalid("'shared_memory_region' needs 'shared_memory_byte_size' beside it"))));
        }
    }

    /**
     * Where tensors lie.
     *
     * @param tail the binary tensors behind the JSON, a view of {@code body}
     * @param pool holds what comes as JSON or from shared memory
     */
    record Memory(TensorLease body, MemorySegment tail, TensorPool pool, SharedRegions regions) {}

    OipDecoder(JsonCursor json, Memory held, ModelSignature signature) {
        this.held = held;
        this.signature = signature;
        this.json = json;
    }

    OipRequest decode() {
        readRequest();
        InferInputs declared = new InferInputs(signature);
        List<TensorSignature> signatures = new ArrayList<>(inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            signatures.add(declare(declared, inputs.get(i), i));
        }
        List<RequestedOutput> requested = outputs.stream()
                .map(output -> output.requested(binaryByDefault))
                .toList();
        InferInputs.checkOutputs(
                signature, requested.stream().map(RequestedOutput::name).toList());
        requested.forEach(output -> output.span().ifPresent(held.regions::check));
        addBinary(declared, signatures);
        long typedBytes = typedBytes(signatures);
        if (typedBytes < 0) {
            return new OipRequest(
                    id, timeout, priority, declared.complete(), requested, binaryByDefault, held.body.retain());
        }
        TensorLease typed = held.pool.allocate(typedBytes);
        boolean done = false;
        try {
            readTyped(declared, signatures, typed.memory());
            boolean mixed = inputs.stream().anyMatch(input -> input.binarySize().isPresent());
            SequencedMap<String, Tensor> tensors = inOrder(declared, signatures);
            TensorLease memory = mixed ? new JoinedLease(held.body.retain(), typed) : typed;
            OipRequest request = new OipRequest(id, timeout, priority, tensors, requested, binaryByDefault, memory);
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
        int forms = (input.dataAt >= 0 ? 1 : 0)
                + (input.binarySize().isPresent() ? 1 : 0)
                + (input.span().isPresent() ? 1 : 0);
        if (forms > 1) {
            throw Refusal.invalid("input '" + Refusal.shown(name) + "' has more than one of 'data',"
                    + " 'binary_data_size' and 'shared_memory_region'");
        }
        if (forms == 0) {
            throw Refusal.invalid("input '" + Refusal.shown(name)
                    + "' has no 'data' (nor 'binary_data_size' or 'shared_memory_region')");
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
        MemorySegment tail = held.tail;
        long at = 0;
        for (int i = 0; i < inputs.size(); i++) {
            OptionalLong size = inputs.get(i).binarySize();
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

    /** Memory for all inputs given as JSON or in shared memory; -1 if there are none. */
    private long typedBytes(List<TensorSignature> signatures) {
        long bytes = -1;
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            if (input.dataAt >= 0 || input.span().isPresent()) {
                bytes = aligned(Math.max(bytes, 0)) + bytesNeeded(input, signatures.get(i));
            }
        }
        return bytes;
    }

    private long bytesNeeded(Input input, TensorSignature signature) {
        if (input.span().isPresent()) {
            // Before memory is set aside: the region bounds what a request may claim.
            held.regions.check(input.span().get());
            return input.span().get().byteSize();
        }
        return JsonTensorReader.bytesNeeded(signature, input.dataEnd - input.dataAt);
    }

    private void readTyped(InferInputs declared, List<TensorSignature> signatures, MemorySegment memory) {
        long at = 0;
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            if (input.dataAt < 0 && input.span().isEmpty()) {
                continue;
            }
            at = aligned(at);
            long needed = bytesNeeded(input, signatures.get(i));
            MemorySegment target = memory.asSlice(at, needed);
            if (input.span().isPresent()) {
                held.regions.read(input.span().get(), target);
                declared.addBinary(signatures.get(i), target);
            } else {
                json.moveTo(input.dataAt);
                long written = new JsonTensorReader(json, signatures.get(i), target).read();
                declared.add(signatures.get(i), target.asSlice(0, written));
            }
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
                case "priority" -> priority = wholeNumber("priority");
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
                case "parameters" -> readTensorParameters(input.parameters);
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

    private void readTensorParameters(TensorParameters parameters) {
        boolean another = json.open('{');
        while (another) {
            switch (json.name()) {
                case "binary_data_size" -> parameters.binarySize = OptionalLong.of(wholeNumber("binary_data_size"));
                case "binary_data" -> parameters.binary = Optional.of(bool("binary_data"));
                case "classification" -> {
                    long count = wholeNumber("classification");
                    parameters.topClasses = (int) Math.min(count, Integer.MAX_VALUE);
                }
                case "shared_memory_region" -> parameters.region = Optional.of(string("shared_memory_region"));
                case "shared_memory_offset" -> parameters.offset = wholeNumber("shared_memory_offset");
                case "shared_memory_byte_size" ->
                    parameters.byteSize = OptionalLong.of(wholeNumber("shared_memory_byte_size"));
                default -> skipParameter();
            }
            another = json.more('{');
        }
    }

    private void readOutputs() {
        if (hasOutputs) {
            throw Refusal.invalid("the request has 'outputs' twice");
        }
        hasOutputs = true;
        boolean another = json.open('[');
        while (another) {
            outputs.add(readOutput());
            another = json.more('[');
        }
    }

    private Output readOutput() {
        String name = null;
        TensorParameters parameters = new TensorParameters();
        boolean another = json.open('{');
        while (another) {
            switch (json.name()) {
                case "name" -> name = string("name");
                case "parameters" -> readTensorParameters(parameters);
                default -> json.skip();
            }
            another = json.more('{');
        }
        return new Output(required(name, "outputs[" + outputs.size() + "]", "name"), parameters);
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
