package io.penstock.serving;

import io.penstock.serving.backend.TensorInstance;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Runs batches on one model instance until the batcher is closed.
 *
 * <p>Threads: one platform thread for each instance, since native code would pin a virtual one.
 */
final class InstanceWorker implements Runnable {
    private static final System.Logger LOG = System.getLogger(InstanceWorker.class.getName());

    private final DynamicBatcher batcher;
    private final TensorInstance instance;
    private final TensorPool pool;
    private final DeviceShares.Share device;
    private final ModelStatistics statistics;

    InstanceWorker(
            DynamicBatcher batcher,
            TensorInstance instance,
            TensorPool pool,
            DeviceShares.Share device,
            ModelStatistics statistics) {
        this.batcher = batcher;
        this.instance = instance;
        this.pool = pool;
        this.device = device;
        this.statistics = statistics;
    }

    @Override
    public void run() {
        try (instance) {
            while (batcher.awaitBatch()) {
                // The batch is taken once the device is free: who comes until then joins it, who leaves costs nothing.
                try (DeviceShares.Turn _ = device.enter()) {
                    List<PendingRequest> batch = batcher.poll();
                    if (!batch.isEmpty()) {
                        runOnce(batch);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void runOnce(List<PendingRequest> batch) {
        long started = System.nanoTime();
        try {
            if (batch.size() == 1) {
                execute(batch, batch.getFirst().request().inputs(), started);
            } else {
                BatchCodec.Joined joined = BatchCodec.join(
                        batch.stream().map(PendingRequest::request).toList(), pool);
                try (TensorLease _ = joined.memory()) {
                    execute(batch, joined.inputs(), started);
                }
            }
        } catch (ServingException e) {
            batch.forEach(pending -> pending.fail(e));
        } catch (RuntimeException | Error e) {
            // The boundary to native code: whatever it throws, every caller in the batch gets an answer.
            LOG.log(System.Logger.Level.ERROR, "a batch failed", e);
            ServingException failure = new ServingException(ErrorCode.INTERNAL, "the model failed", e);
            batch.forEach(pending -> pending.fail(failure));
            if (e instanceof VirtualMachineError fatal) {
                throw fatal;
            }
        } finally {
            batch.forEach(pending -> pending.request().memory().close());
        }
    }

    private void execute(List<PendingRequest> batch, Map<String, Tensor> inputs, long started) {
        long joined = System.nanoTime();
        TensorInstance.Outputs outputs = instance.execute(inputs, pool);
        long executed = System.nanoTime();
        long computeNanos = executed - started;
        List<Long> items = batch.stream().map(PendingRequest::items).toList();
        try (TensorLease memory = outputs.memory()) {
            List<SequencedMap<String, Tensor>> shares =
                    batch.size() == 1 ? List.of(outputs.tensors()) : BatchCodec.split(items, outputs.tensors());
            List<SequencedMap<String, Tensor>> wanted = new ArrayList<>(batch.size());
            for (int i = 0; i < batch.size(); i++) {
                wanted.add(wanted(batch.get(i).request().outputs(), shares.get(i)));
            }
            // Counted before anyone is answered, so that a caller finds its own request in the statistics.
            ModelStatistics.Phases nanos =
                    new ModelStatistics.Phases(joined - started, executed - joined, System.nanoTime() - executed);
            statistics.executed(
                    batch.size(), items.stream().mapToLong(Long::longValue).sum(), nanos);
            for (int i = 0; i < batch.size(); i++) {
                PendingRequest pending = batch.get(i);
                InferResponse.Timings timings = new InferResponse.Timings(started - pending.arrivedAt(), computeNanos);
                pending.complete(new InferResponse(wanted.get(i), memory.retain(), timings));
            }
        }
    }

    private static SequencedMap<String, Tensor> wanted(List<String> names, SequencedMap<String, Tensor> outputs) {
        if (names.isEmpty()) {
            return outputs;
        }
        SequencedMap<String, Tensor> wanted = new LinkedHashMap<>();
        for (String name : names) {
            Tensor output = outputs.get(name);
            if (output == null) {
                throw new ServingException(ErrorCode.INVALID_REQUEST, "the model gave no output " + name);
            }
            wanted.put(name, output);
        }
        return wanted;
    }
}
