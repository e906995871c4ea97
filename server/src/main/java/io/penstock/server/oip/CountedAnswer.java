package io.penstock.server.oip;

import io.penstock.server.metrics.InferCounter;
import io.penstock.server.net.Answering;
import io.penstock.serving.InferCompletion;
import io.penstock.serving.InferResponse;
import io.penstock.serving.TensorModel;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.Tensor;
import java.util.function.Function;

/**
 * Turns a response into an answer of one protocol where the caller still waits for it, and counts how the request ended.
 *
 * @param maker takes the response over, whatever becomes of it
 * @param written whether elements are written one by one, and not sent from where they lie
 * @param <R> the answer
 */
record CountedAnswer<R>(
        InferCounter counter,
        TensorModel model,
        String protocol,
        Function<InferResponse, R> maker,
        boolean written,
        Answering<R> answering)
        implements InferCompletion {
    @Override
    public void answered(InferResponse response) {
        answering.answer(
                () -> counter.counting(model, protocol, () -> maker.apply(response)),
                () -> unwanted(response),
                where(response));
    }

    private void unwanted(InferResponse response) {
        counter.abandoned(model, protocol);
        response.close();
    }

    private Answering.At where(InferResponse response) {
        long bytes = 0;
        for (Tensor output : response.outputs().values()) {
            bytes += output.byteSize();
        }
        return written && bytes > OipParts.QUICK_BYTES ? Answering.At.OWN_THREAD : Answering.At.EVENT_LOOP;
    }

    @Override
    public void failed(ServingException failure) {
        counter.failed(model, protocol, failure);
        answering.fail(failure);
    }
}
