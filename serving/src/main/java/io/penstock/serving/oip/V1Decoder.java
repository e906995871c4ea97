package io.penstock.serving.oip;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * Reads one V1 request. The first pass remembers where each instance's value for each input stands; the second reads
 * them, one behind the other, into memory that is set aside only then.
 */
final class V1Decoder {
    private static final int MAX_RANK = 32;
    private static final long ALIGNMENT = 64;

    private final Text text;
    private final int maxCalls;
    private final ModelSignature signature;
    private final TensorPool pool;
    private final JsonCursor json;
    private final List<Column> columns = new ArrayList<>();

    /** The values of one input: one piece for each instance, or a single one for all. */
    private static final class Column {
        final TensorSignature input;
        long[] pieces = new long[16];
        int count;
        /** Shape of one piece. */
        long[] dimensions = new long[0];

        Column(TensorSignature input) {
            this.input = input;
        }

        void add(long from, long to) {
            if (2 * count == pieces.length) {
                pieces = Arrays.copyOf(pieces, 2 * pieces.length);
            }
            pieces[2 * count] = from;
            pieces[2 * count + 1] = to;
            count++;
        }

        TensorSignature piece() {
            return new TensorSignature(input.name(), input.type(), Shape.of(dimensions));
        }

        long bytesNeeded(TensorSignature piece, int row) {
            return JsonTensorReader.bytesNeeded(piece, pieces[2 * row + 1] - pieces[2 * row]);
        }
    }

    /** The JSON, and how deep it may be nested. */
    record Text(MemorySegment bytes, int maxDepth) {
        JsonCursor cursor() {
            return new JsonCursor(bytes, maxDepth);
        }
    }

    /** @param maxCalls instances, where the model takes one at a time */
    V1Decoder(Text text, ModelSignature signature, TensorPool pool, int maxCalls) {
        this.maxCalls = maxCalls;
        this.text = text;
        this.signature = signature;
        this.pool = pool;
        this.json = text.cursor();
        signature.inputs().forEach(input -> columns.add(new Column(input)));
    }

    V1Request decode() {
        long instances = -1;
        long inputs = -1;
        boolean another = json.open('{');
        while (another) {
            String name = json.name();
            json.peek();
            long at = json.position();
            switch (name) {
                case "instances" -> instances = once(instances, at, name);
                case "inputs" -> inputs = once(inputs, at, name);
                default -> {}
            }
            json.skip();
            another = json.more('{');
        }
        json.expectEnd();
        if ((instances < 0) == (inputs < 0)) {
            throw Refusal.invalid("a prediction request has either 'instances' or 'inputs'"
                    + (instances < 0 ? "; this one has neither" : "; this one has both"));
        }
        boolean byRows = instances >= 0;
        json.moveTo(byRows ? instances : inputs);
        return byRows ? byRows() : byColumns();
    }

    private static long once(long before, long at, String name) {
        if (before >= 0) {
            throw Refusal.invalid("the request has '" + name + "' twice");
        }
        return at;
    }

    private V1Request byRows() {
        if (json.peek() != '[') {
            throw Refusal.invalid("'instances' must be a list");
        }
        boolean another = json.open('[');
        int rows = 0;
        while (another) {
            readInstance(rows++);
            another = json.more('[');
        }
        if (rows == 0) {
            throw Refusal.invalid("'instances' is empty");
        }
        for (Column column : columns) {
            column.dimensions = dimensions(column, column.pieces[0]);
        }
        boolean batched = columns.stream().allMatch(V1Decoder::takesBatches);
        if (!batched && rows > maxCalls) {
            throw Refusal.invalid("the model takes one instance at a time, and a request at most " + maxCalls
                    + " instances (limits.instancesPerRequest); this one has " + rows);
        }
        List<Shape> shapes = columns.stream().map(V1Decoder::instanceShape).toList();
        return read(shapes, rows, batched, true);
    }

    private static boolean takesBatches(Column column) {
        Shape shape = column.input.shape();
        return shape.rank() > 0 && shape.dimension(0) == Shape.ANY;
    }

    /** An object names inputs, unless it is a sole input's bytes. */
    private void readInstance(int row) {
        if (json.peek() != '{' || isBytes(json.position())) {
            if (columns.size() != 1) {
                throw Refusal.invalid("instances[" + row + "] must be an object with the inputs " + inputNames());
            }
            piece(columns.getFirst());
            return;
        }
        boolean another = json.open('{');
        while (another) {
            Column column = column(json.name(), "instances[" + row + "]");
            if (column.count > row) {
                throw Refusal.invalid("instances[" + row + "] has input '" + column.input.name() + "' twice");
            }
            piece(column);
            another = json.more('{');
        }
        for (Column column : columns) {
            if (column.count <= row) {
                throw Refusal.invalid("instances[" + row + "] has no input '" + column.input.name() + "'");
            }
        }
    }

    private V1Request byColumns() {
        boolean named = json.peek() == '{' && !isBytes(json.position());
        if (!named) {
            if (columns.size() != 1) {
                throw Refusal.invalid("'inputs' must be an object with the inputs " + inputNames());
            }
            piece(columns.getFirst());
        } else {
            boolean another = json.open('{');
            while (another) {
                Column column = column(json.name(), "'inputs'");
                if (column.count > 0) {
                    throw Refusal.invalid("'inputs' has input '" + column.input.name() + "' twice");
                }
                piece(column);
                another = json.more('{');
            }
        }
        List<Shape> shapes = new ArrayList<>();
        for (Column column : columns) {
            if (column.count == 0) {
                throw Refusal.invalid("'inputs' has no input '" + column.input.name() + "'");
            }
            column.dimensions = dimensions(column, column.pieces[0]);
            shapes.add(fitted(column, column.input.shape()));
        }
        return read(shapes, 1, true, false);
    }

    private Column column(String name, String where) {
        for (Column column : columns) {
            if (column.input.name().equals(name)) {
                return column;
            }
        }
        throw Refusal.invalid(where + " has '" + Refusal.shown(name) + "', which is no input; the model's inputs are: "
                + inputNames());
    }

    private String inputNames() {
        return signature.inputs().stream().map(TensorSignature::name).collect(Collectors.joining(", "));
    }

    private void piece(Column column) {
        json.peek();
        long from = json.position();
        json.skip();
        column.add(from, json.position());
    }

    /** Whether {@code {"b64": …}} stands there, as bytes are written; the cursor stays where it is. */
    private boolean isBytes(long at) {
        JsonCursor look = text.cursor();
        look.moveTo(at);
        return look.open('{') && look.peek() == '"' && look.string().equals("b64");
    }

    /** How deep a value is nested, and how wide along its first entries; the reader finds out whether the rest agrees. */
    private long[] dimensions(Column column, long at) {
        JsonCursor look = text.cursor();
        look.moveTo(at);
        long[] found = new long[4];
        int rank = 0;
        while (look.peek() == '[') {
            if (rank == MAX_RANK) {
                throw Refusal.invalid("input '" + column.input.name() + "' is nested deeper than " + MAX_RANK);
            }
            long start = look.position();
            long length = 0;
            boolean another = look.open('[');
            while (another) {
                look.skip();
                length++;
                another = look.more('[');
            }
            if (rank == found.length) {
                found = Arrays.copyOf(found, 2 * rank);
            }
            found[rank++] = length;
            look.moveTo(start);
            look.expect('[');
            if (length == 0) {
                break;
            }
        }
        return Arrays.copyOf(found, rank);
    }

    /** The shape that one instance takes in the model, without its batch dimension. */
    private static Shape instanceShape(Column column) {
        long[] whole = column.input.shape().toArray();
        boolean inBatch = whole.length > 0
                && (whole[0] == Shape.ANY || (whole[0] == 1 && whole.length > column.dimensions.length));
        return fitted(column, inBatch ? Shape.of(Arrays.copyOfRange(whole, 1, whole.length)) : column.input.shape());
    }

    /** What was written, laid out as {@code wanted}, which leaves at most one size open: flat rows fit, too. */
    private static Shape fitted(Column column, Shape wanted) {
        Shape written = Shape.of(column.dimensions);
        if (wanted.accepts(written)) {
            return written;
        }
        long[] sizes = wanted.toArray();
        long known = 1;
        int open = -1;
        boolean fits = true;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == Shape.ANY) {
                fits &= open < 0;
                open = i;
            } else {
                known *= sizes[i];
            }
        }
        long count = written.elementCount();
        if (fits && open >= 0 && known > 0 && count % known == 0) {
            sizes[open] = count / known;
        } else {
            fits &= open < 0 && count == known;
        }
        if (!fits) {
            throw Refusal.invalid("input '" + column.input.name() + "' has values of shape " + written
                    + ", but the model wants " + wanted + (wanted.isFixed() ? "" : " (-1 is any size)"));
        }
        return Shape.of(sizes);
    }

    private V1Request read(List<Shape> shapes, int rows, boolean batched, boolean byRows) {
        long[] offsets = new long[columns.size()];
        long bytes = 0;
        for (int i = 0; i < offsets.length; i++) {
            bytes = (bytes + ALIGNMENT - 1) & -ALIGNMENT;
            offsets[i] = bytes;
            Column column = columns.get(i);
            TensorSignature piece = column.piece();
            for (int row = 0; row < rows; row++) {
                bytes += column.bytesNeeded(piece, row);
            }
        }
        TensorLease lease = pool.allocate(bytes);
        boolean done = false;
        try {
            List<SequencedMap<String, Tensor>> calls = new ArrayList<>();
            for (int i = 0; i < (batched ? 1 : rows); i++) {
                calls.add(new LinkedHashMap<>());
            }
            for (int i = 0; i < offsets.length; i++) {
                MemorySegment memory = lease.memory().asSlice(offsets[i]);
                readColumn(columns.get(i), shapes.get(i), memory, rows, batched, byRows, calls);
            }
            V1Request request = new V1Request(calls, batched, byRows, rows, lease);
            done = true;
            return request;
        } finally {
            if (!done) {
                lease.close();
            }
        }
    }

    private void readColumn(
            Column column,
            Shape shape,
            MemorySegment memory,
            int rows,
            boolean batched,
            boolean byRows,
            List<SequencedMap<String, Tensor>> calls) {
        DataType type = column.input.type();
        String name = column.input.name();
        TensorSignature piece = column.piece();
        long from = 0;
        for (int row = 0; row < rows; row++) {
            json.moveTo(column.pieces[2 * row]);
            long needed = column.bytesNeeded(piece, row);
            long written = JsonTensorReader.untyped(json, piece, memory.asSlice(from, needed))
                    .read();
            if (!batched) {
                Shape one = withBatchOfOne(column.input.shape(), shape);
                calls.get(row).put(name, new Tensor(type, one, memory.asSlice(from, written)));
            }
            from += written;
        }
        if (batched) {
            Shape whole = byRows ? inBatch(rows, shape) : shape;
            calls.getFirst().put(name, new Tensor(type, whole, memory.asSlice(0, from)));
        }
    }

    private static Shape inBatch(long rows, Shape instance) {
        long[] sizes = new long[instance.rank() + 1];
        sizes[0] = rows;
        System.arraycopy(instance.toArray(), 0, sizes, 1, instance.rank());
        return Shape.of(sizes);
    }

    private static Shape withBatchOfOne(Shape model, Shape instance) {
        return model.accepts(instance) ? instance : inBatch(1, instance);
    }
}
