package io.penstock.server.net;

import io.penstock.serving.tensor.TensorLease;
import java.lang.foreign.MemorySegment;

/**
 * A request's whole body.
 *
 * @param lease holds {@code bytes} until the handler returns; whoever keeps them longer takes a count of its own
 * @param bytes exactly the body
 */
public record RequestBody(TensorLease lease, MemorySegment bytes) {
    /** The body of a request that has none. */
    static RequestBody empty() {
        NoMemory none = new NoMemory(MemorySegment.ofArray(new byte[0]));
        return new RequestBody(none, none.memory());
    }

    private record NoMemory(MemorySegment memory) implements TensorLease {
        @Override
        public TensorLease retain() {
            return this;
        }

        @Override
        public void close() {}
    }
}
