package io.penstock.serving;

import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Joins requests along the batch dimension, and splits the outputs again. */
final class BatchCodec {
    private static final long ALIGNMENT = 64;

    private BatchCodec() {}

    /** Inputs of several requests as one; {@code memory} holds them. */
    record Joined(Map<String, Tensor> inputs, TensorLease memory) {}

    /** Copies the requests' inputs one behind the other; all have the same names, types and shapes but for the batch. */
    static Joined join(List<InferRequest> requests, TensorPool pool) {
        InferRequest first = requests.getFirst();
        long bytes = 0;
        for (String name : first.inputs().keySet()) {
            bytes = align(bytes)
                    + requests.stream()
                            .mapToLong(r -> input(r, name).byteSize())
                            .sum();
        }
        TensorLease memory = pool.allocate(bytes);
        Map<String, Tensor> joined = new LinkedHashMap<>();
        long offset = 0;
        for (Map.Entry<String, Tensor> entry : first.inputs().entrySet()) {
            offset = align(offset);
            long start = offset;
            long batch = 0;
            for (InferRequest request : requests) {
                Tensor part = input(request, entry.getKey());
                MemorySegment.copy(part.data(), 0, memory.memory(), offset, part.byteSize());
                offset += part.byteSize();
                batch += part.shape().dimension(0);
            }
            Tensor example = entry.getValue();
            Shape shape = example.shape().withBatch(batch);
            joined.put(
                    entry.getKey(),
                    new Tensor(example.type(), shape, memory.memory().asSlice(start, offset - start)));
        }
        return new Joined(joined, memory);
    }

    /** Each request's share of the outputs, as views without a copy. */
    static List<SequencedMap<String, Tensor>> split(List<Long> items, SequencedMap<String, Tensor> outputs) {
        List<SequencedMap<String, Tensor>> shares = new ArrayList<>(items.size());
        long total = items.stream().mapToLong(Long::longValue).sum();
        long from = 0;
        for (long count : items) {
            SequencedMap<String, Tensor> share = new LinkedHashMap<>();
            for (Map.Entry<String, Tensor> entry : outputs.sequencedEntrySet()) {
                Tensor output = entry.getValue();
                if (output.shape().rank() == 0 || output.shape().dimension(0) != total) {
                    throw new IllegalStateException("output " + entry.getKey() + " " + output.shape()
                            + " cannot be split: its first dimension is not the batch of " + total);
                }
                long bytesPerItem = output.byteSize() / total;
                MemorySegment data = output.data().asSlice(from * bytesPerItem, count * bytesPerItem);
                share.put(
                        entry.getKey(), new Tensor(output.type(), output.shape().withBatch(count), data));
            }
            shares.add(share);
            from += count;
        }
        return shares;
    }

    private static Tensor input(InferRequest request, String name) {
        Tensor tensor = request.inputs().get(name);
        if (tensor == null) {
            throw new IllegalStateException("requests of one batch differ in input " + name);
        }
        return tensor;
    }

    private static long align(long offset) {
        return (offset + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
