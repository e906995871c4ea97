package io.penstock.pipeline;

import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.InferResponse;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * What one payload or frame has become on its way through the steps. It holds a count of everything it carries, and
 * gives all of them back with {@link #close}.
 *
 * <p>Threads: passed from one to the next, never shared.
 */
public final class Exchange implements AutoCloseable {
    private final TensorPool pool;
    private @Nullable Payload payload;
    private @Nullable Picture picture;
    private final SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
    private @Nullable TensorLease inputMemory;
    private @Nullable InferResponse response;
    private Findings findings = Findings.NONE;

    private Exchange(TensorPool pool) {
        this.pool = pool;
    }

    /** The payload's bytes must stay valid until the exchange is closed. */
    public static Exchange of(Payload payload, TensorPool pool) {
        Exchange exchange = new Exchange(pool);
        exchange.payload = payload;
        return exchange;
    }

    /** Takes over the caller's count of {@code picture}. */
    public static Exchange of(Picture picture, TensorPool pool) {
        Exchange exchange = new Exchange(pool);
        exchange.picture = picture;
        return exchange;
    }

    public TensorPool pool() {
        return pool;
    }

    /** What came in; null where a frame came instead. */
    public @Nullable Payload payload() {
        return payload;
    }

    public boolean hasPicture() {
        return picture != null;
    }

    /** The source picture. */
    public Picture picture() {
        if (picture == null) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "there is no picture; send a JPEG, PNG, WebP or BMP");
        }
        return picture;
    }

    /** Takes over the caller's count of {@code decoded}. */
    public void setPicture(Picture decoded) {
        if (picture != null) {
            picture.close();
        }
        picture = decoded;
    }

    public SequencedMap<String, Tensor> inputs() {
        return inputs;
    }

    /** Sets the model's inputs, views of {@code memory}, whose count is taken over. */
    public void setInputs(Map<String, Tensor> tensors, TensorLease memory) {
        if (inputMemory != null) {
            inputMemory.close();
        }
        inputs.clear();
        inputs.putAll(tensors);
        inputMemory = memory;
    }

    TensorLease inputMemory() {
        if (inputMemory == null) {
            throw new IllegalStateException("no step has made the model's inputs");
        }
        return inputMemory;
    }

    void setResponse(InferResponse answered) {
        response = answered;
    }

    /** The model's outputs. */
    public InferResponse response() {
        if (response == null) {
            throw new IllegalStateException("the model has not run");
        }
        return response;
    }

    /** Gives back the model's inputs and outputs, which no further step reads. */
    void releaseTensors() {
        if (inputMemory != null) {
            inputMemory.close();
            inputMemory = null;
        }
        if (response != null) {
            response.close();
            response = null;
        }
    }

    public Findings findings() {
        return findings;
    }

    public void setFindings(Findings found) {
        findings = found;
    }

    @Override
    public void close() {
        if (picture != null) {
            picture.close();
            picture = null;
        }
        releaseTensors();
    }
}
