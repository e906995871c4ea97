package io.penstock.serving;

import io.penstock.serving.tensor.TensorLease;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Several leases held and given back as one, for an answer whose tensors come from several places. */
record HeldTogether(List<TensorLease> leases) implements TensorLease {
    HeldTogether {
        leases = List.copyOf(leases);
    }

    @Override
    public MemorySegment memory() {
        return leases.isEmpty() ? MemorySegment.NULL : leases.getFirst().memory();
    }

    @Override
    public TensorLease retain() {
        leases.forEach(TensorLease::retain);
        return this;
    }

    @Override
    public void close() {
        leases.forEach(TensorLease::close);
    }
}
