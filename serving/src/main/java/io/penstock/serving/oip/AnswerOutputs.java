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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The outputs of one inference as every transport sends them: in the wanted order, replaced by their largest classes
 * where that was asked for, and already in shared memory where they go there. Holds the memory of the classes; the
 * tensors stay the response's.
 */
public final class AnswerOutputs implements AutoCloseable {
    private final List<Output> outputs = new ArrayList<>();
    private final List<TensorLease> classes = new ArrayList<>();

    /** One output; its elements are not sent where {@code wanted} has a span. */
    public record Output(RequestedOutput wanted, Tensor tensor) {}

    private AnswerOutputs() {}

    /**
     * Puts the outputs in order, and writes those that go to shared memory.
     *
     * @param wanted empty for all
     * @param binaryByDefault how outputs come that are not named
     * @throws ServingException if an output cannot be classified or does not fit its span
     */
    public static AnswerOutputs of(
            ModelSignature signature,
            List<RequestedOutput> wanted,
            boolean binaryByDefault,
            InferResponse response,
            SharedRegions regions,
            TensorPool pool) {
        List<RequestedOutput> all = wanted.isEmpty()
                ? response.outputs().keySet().stream()
                        .map(name -> new RequestedOutput(name, binaryByDefault))
                        .toList()
                : wanted;
        AnswerOutputs answer = new AnswerOutputs();
        boolean done = false;
        try {
            for (RequestedOutput each : all) {
                Tensor tensor = response.outputs().get(each.name());
                if (tensor == null) {
                    throw new IllegalStateException("the model gave no output " + each.name());
                }
                Tensor sent = each.topClasses() > 0 ? answer.classified(each, tensor, signature, pool) : tensor;
                each.span().ifPresent(span -> regions.write(tensor.data(), span));
                answer.outputs.add(new Output(each, sent));
            }
            done = true;
            return answer;
        } finally {
            if (!done) {
                answer.close();
            }
        }
    }

    public List<Output> all() {
        return outputs;
    }

    /** Where a model's requests can be joined, its outermost dimension is a batch, and each item has classes of its own. */
    private Tensor classified(RequestedOutput wanted, Tensor tensor, ModelSignature signature, TensorPool pool) {
        if (tensor.type() == DataType.BYTES) {
            throw Refusal.invalid("output '" + wanted.name() + "' is BYTES, which has no classification");
        }
        boolean batched = signature.isBatchable() && tensor.shape().rank() > 1;
        long rows = batched ? tensor.shape().dimension(0) : 1;
        long length = rows == 0 ? 0 : tensor.shape().elementCount() / rows;
        int count = (int) Math.min(wanted.topClasses(), length);
        TopClasses top = new TopClasses(tensor, count, ClassLabels.of(signature.metadata()));
        List<byte[]> spelled = new ArrayList<>();
        long bytes = 0;
        for (long row = 0; row < rows; row++) {
            for (String element : top.row(row * length, length)) {
                byte[] utf8 = element.getBytes(StandardCharsets.UTF_8);
                spelled.add(utf8);
                bytes += 4 + utf8.length;
            }
        }
        TensorLease lease = pool.allocate(bytes);
        classes.add(lease);
        long at = 0;
        for (byte[] element : spelled) {
            lease.memory().set(JAVA_INT_UNALIGNED, at, element.length);
            lease.memory().asSlice(at + 4, element.length).copyFrom(MemorySegment.ofArray(element));
            at += 4 + element.length;
        }
        Shape shape = batched ? Shape.of(rows, count) : Shape.of(count);
        return new Tensor(DataType.BYTES, shape, lease.memory().asSlice(0, bytes));
    }

    /** Gives the memory of the classes back. */
    @Override
    public void close() {
        classes.forEach(TensorLease::close);
        classes.clear();
    }
}
