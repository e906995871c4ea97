package io.penstock.serving.tensor;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Direct memory for tensors, bodies and pictures, under one budget of bytes in flight.
 *
 * <p>Memory comes in size classes, four to each power of two, so that at most a fifth of a block is unused; a released
 * block is kept for the next request of its class, until {@link #releaseIdle} finds that nobody needs it. Beyond the
 * budget an allocation is refused at once with {@link ErrorCode#MEMORY_BUDGET}: waiting would hold the memory that others
 * need to finish.
 *
 * <p>Threads: any number may allocate and release; no lock is held.
 */
public final class TensorPool implements AutoCloseable {
    private static final long ALIGNMENT = 64;
    private static final int SMALLEST_LOG2 = 10;
    private static final int CLASSES = 4 * (40 - SMALLEST_LOG2);

    private final long budgetBytes;
    private final boolean poisonsOnRelease;
    private final AtomicLong inFlightBytes = new AtomicLong();
    private final AtomicLong keptBytes = new AtomicLong();
    private final AtomicInteger leases = new AtomicInteger();
    private final ConcurrentLinkedDeque<Block>[] kept;
    /** Blocks kept of each class, and the fewest that were kept since {@link #releaseIdle} last looked. */
    private final AtomicIntegerArray counts = new AtomicIntegerArray(CLASSES);

    private final AtomicIntegerArray fewest = new AtomicIntegerArray(CLASSES);

    private record Block(Arena arena, MemorySegment memory) {}

    public TensorPool(long budgetBytes) {
        this(budgetBytes, false);
    }

    /**
     * For tests, too.
     *
     * @param poisonsOnRelease whether released memory is overwritten, so that a use after release shows as nonsense
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type cannot be made otherwise
    public TensorPool(long budgetBytes, boolean poisonsOnRelease) {
        if (budgetBytes < 1) {
            throw new IllegalArgumentException("the budget must be at least 1 byte: " + budgetBytes);
        }
        this.budgetBytes = budgetBytes;
        this.poisonsOnRelease = poisonsOnRelease;
        this.kept = new ConcurrentLinkedDeque[CLASSES];
        for (int i = 0; i < CLASSES; i++) {
            kept[i] = new ConcurrentLinkedDeque<>();
        }
    }

    /**
     * Memory of exactly {@code bytes} bytes, its contents undefined; the caller holds the lease's first count.
     *
     * @throws ServingException with {@link ErrorCode#MEMORY_BUDGET} when it does not fit the budget of bytes in flight
     */
    public TensorLease allocate(long bytes) {
        int sizeClass = sizeClass(bytes);
        long size = classSize(sizeClass);
        reserve(bytes, size);
        Block block = kept[sizeClass].pollFirst();
        if (block == null) {
            Arena arena = Arena.ofShared();
            block = new Block(arena, arena.allocate(size, ALIGNMENT));
        } else {
            taken(sizeClass, size);
        }
        leases.incrementAndGet();
        return new PooledLease(block, bytes, sizeClass);
    }

    /** Bytes that leases hold now. */
    public long bytesInFlight() {
        return inFlightBytes.get();
    }

    public long budgetBytes() {
        return budgetBytes;
    }

    /** Leases not yet given back in full; 0 when nothing leaks and nothing is under way. */
    public int openLeases() {
        return leases.get();
    }

    /** Frees what the pool keeps; leases still open stay valid and are freed when they are given back. */
    @Override
    public void close() {
        for (int sizeClass = 0; sizeClass < CLASSES; sizeClass++) {
            free(sizeClass, Integer.MAX_VALUE);
        }
    }

    /**
     * Frees the blocks that nobody needed since the last call: after a peak the pool shrinks to what is used. For a caller
     * that comes every half minute or so.
     *
     * @return bytes freed
     */
    public long releaseIdle() {
        long freed = 0;
        for (int sizeClass = 0; sizeClass < CLASSES; sizeClass++) {
            freed += free(sizeClass, fewest.get(sizeClass));
            fewest.set(sizeClass, counts.get(sizeClass));
        }
        return freed;
    }

    /** Frees up to so many kept blocks, those first that were not needed longest; the bytes freed. */
    private long free(int sizeClass, int most) {
        long freed = 0;
        for (int i = 0; i < most; i++) {
            Block block = kept[sizeClass].pollLast();
            if (block == null) {
                break;
            }
            long size = block.memory.byteSize();
            taken(sizeClass, size);
            block.arena.close();
            freed += size;
        }
        return freed;
    }

    private void taken(int sizeClass, long size) {
        keptBytes.addAndGet(-size);
        int left = counts.decrementAndGet(sizeClass);
        if (left < fewest.get(sizeClass)) {
            fewest.set(sizeClass, left);
        }
    }

    private void reserve(long bytes, long size) {
        long now = inFlightBytes.addAndGet(size);
        if (now > budgetBytes) {
            inFlightBytes.addAndGet(-size);
            throw new ServingException(
                    ErrorCode.MEMORY_BUDGET,
                    bytes + " bytes do not fit the budget of bytes in flight now: " + (now - size) + " of "
                            + budgetBytes + " are in use (limits.bytesInFlight)");
        }
    }

    private void release(Block block, int sizeClass) {
        long size = block.memory.byteSize();
        if (poisonsOnRelease) {
            block.memory.fill((byte) 0xDB);
        }
        inFlightBytes.addAndGet(-size);
        leases.decrementAndGet();
        // What is kept never exceeds what may be in flight at once; the rest goes back to the system.
        if (keptBytes.addAndGet(size) <= budgetBytes / 2) {
            kept[sizeClass].addFirst(block);
            counts.incrementAndGet(sizeClass);
        } else {
            keptBytes.addAndGet(-size);
            block.arena.close();
        }
    }

    /** Index of the smallest class that holds {@code bytes}. */
    static int sizeClass(long bytes) {
        if (bytes < 0 || bytes > classSize(CLASSES - 1)) {
            throw new ServingException(ErrorCode.TOO_LARGE, "a tensor of " + bytes + " bytes cannot be held");
        }
        if (bytes <= 1L << SMALLEST_LOG2) {
            return 0;
        }
        int log2 = 63 - Long.numberOfLeadingZeros(bytes - 1);
        long quarter = ((bytes - 1) >>> (log2 - 2)) - 3;
        return (int) (4L * (log2 - SMALLEST_LOG2) + quarter);
    }

    /** Bytes of a class: 1 Ki, then 1.25, 1.5, 1.75 and 2 times each power of two. */
    static long classSize(int sizeClass) {
        int log2 = SMALLEST_LOG2 + sizeClass / 4;
        return (4L + sizeClass % 4) << (log2 - 2);
    }

    private final class PooledLease implements TensorLease {
        private final Block block;
        private final MemorySegment memory;
        private final int sizeClass;
        private final AtomicInteger holds = new AtomicInteger(1);

        PooledLease(Block block, long bytes, int sizeClass) {
            this.block = block;
            this.memory = block.memory.asSlice(0, bytes);
            this.sizeClass = sizeClass;
        }

        @Override
        public MemorySegment memory() {
            return memory;
        }

        @Override
        public TensorLease retain() {
            if (holds.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
                throw new IllegalStateException("the lease was given back");
            }
            return this;
        }

        @Override
        public void close() {
            int left = holds.decrementAndGet();
            if (left == 0) {
                release(block, sizeClass);
            } else if (left < 0) {
                throw new IllegalStateException("the lease was given back more often than it was held");
            }
        }
    }
}
