package io.penstock.serving.tensor;

import java.lang.foreign.MemorySegment;

/**
 * A counted hold on memory that tensors view. It starts with one count; each further holder takes one with
 * {@link #retain} and gives it back with {@link #close}; at zero the memory returns to where it came from.
 *
 * <p>Threads: counts may be taken and given back on any thread; nothing frees memory while a count is held, so a
 * holder that runs native code keeps one until the call has returned.
 */
public interface TensorLease extends AutoCloseable {
    /** The memory, at least as large as was asked for; 64-byte aligned where the pool made it. */
    MemorySegment memory();

    /**
     * Takes one more count.
     *
     * @throws IllegalStateException if the last count was already given back
     */
    TensorLease retain();

    /** Gives one count back. */
    @Override
    void close();
}
