package io.penstock.serving.oip;

import io.penstock.serving.tensor.TensorLease;
import java.lang.foreign.MemorySegment;

/** Two leases held and given back as one, for a request whose tensors lie partly in its body, partly beside it. */
record JoinedLease(TensorLease first, TensorLease second) implements TensorLease {
    @Override
    public MemorySegment memory() {
        return first.memory();
    }

    @Override
    public TensorLease retain() {
        first.retain();
        second.retain();
        return this;
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
