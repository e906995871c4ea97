package io.penstock.serving;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory of one device that models may take together. Memory is reserved before a load begins and given back after an
 * unload has ended, so that no two loads are ever over the budget. Where there is no room, the model that is longest
 * unused gives way, unless it is pinned; where all are in use, a load waits until one is idle.
 *
 * <p>Threads: any number use models. A thread for each load, one that unloads what was idle for its time. The lock is
 * held for bookkeeping only.
 */
public final class DeviceMemory implements AutoCloseable {
    private final String device;
    private final long budgetBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<ModelPlace<?>> places = new ArrayList<>();
    private final Thread sweeper;
    private long reserved;

    /**
     * @param device for messages: {@code cpu}, {@code cuda:0}
     * @param budgetBytes all models together
     */
    public DeviceMemory(String device, long budgetBytes) {
        this.device = device;
        this.budgetBytes = budgetBytes;
        this.sweeper = Thread.ofVirtual().name("keep-alive-" + device).start(this::sweep);
    }

    /** What a model of this file takes: its weights once, whatever the instances, and what executions need on top. */
    public static long usualBytes(Path file) {
        long bytes = file.toFile().length();
        return bytes + bytes / 2;
    }

    /** What one model is to this device. */
    public record Tenant(String name, long bytes, KeepAlive keepAlive) {}

    /**
     * Gives a model a place; nothing is loaded yet.
     *
     * @throws ServingException with {@link ErrorCode#MODEL_MEMORY} if it alone takes more than there is
     */
    public <M extends AutoCloseable> ModelPlace<M> place(Tenant tenant, ModelPlace.Loader<M> loader) {
        if (tenant.bytes() > budgetBytes) {
            throw new ServingException(
                    ErrorCode.MODEL_MEMORY,
                    "model " + tenant.name() + " takes " + tenant.bytes() + " bytes, and all models on " + device
                            + " may take " + budgetBytes + " (Server.devices." + device + ".memory)");
        }
        ModelPlace<M> place = new ModelPlace<>(this, tenant, loader);
        lock.lock();
        try {
            places.add(place);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        return place;
    }

    /** Bytes that models in memory take, those being loaded or unloaded among them. */
    public long reservedBytes() {
        lock.lock();
        try {
            return reserved;
        } finally {
            lock.unlock();
        }
    }

    String device() {
        return device;
    }

    /** Guards every place of this device. */
    ReentrantLock lock() {
        return lock;
    }

    /** Signalled whenever a place changes. */
    Condition changed() {
        return changed;
    }

    /** Takes bytes if there are any left; the lock is held. */
    boolean reserve(long bytes) {
        if (!hasRoom(bytes)) {
            return false;
        }
        reserved += bytes;
        return true;
    }

    /** Whether there are so many bytes left; the lock is held. */
    boolean hasRoom(long bytes) {
        return reserved + bytes <= budgetBytes;
    }

    /** Gives bytes back; the lock is held. */
    void giveBack(long bytes) {
        reserved -= bytes;
        changed.signalAll();
    }

    /** The model that gives way next, marked as changing; the lock is held. */
    Optional<ModelPlace<?>> takeLongestUnused() {
        Optional<ModelPlace<?>> found =
                places.stream().filter(ModelPlace::mayGiveWay).min(Comparator.comparingLong(ModelPlace::idleSince));
        found.ifPresent(ModelPlace::markChanging);
        return found;
    }

    /** Forgets a place; the lock is held. */
    void forget(ModelPlace<?> place) {
        places.remove(place);
    }

    private void sweep() {
        try {
            while (true) {
                awaitIdle().unload();
            }
        } catch (InterruptedException _) {
            // Closed: what is loaded is unloaded by whoever made its place.
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until a model was idle for its time, and marks it as changing. */
    private ModelPlace<?> awaitIdle() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                long now = System.nanoTime();
                long soonest = Long.MAX_VALUE;
                for (ModelPlace<?> place : places) {
                    OptionalLong left = place.nanosToUnload(now);
                    if (left.isPresent() && left.getAsLong() <= 0) {
                        place.markChanging();
                        return place;
                    }
                    soonest = Math.min(soonest, left.orElse(Long.MAX_VALUE));
                }
                if (soonest == Long.MAX_VALUE) {
                    changed.await();
                } else {
                    changed.awaitNanos(soonest);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Stops unloading what is idle. Places are closed by whoever made them. */
    @Override
    public void close() {
        sweeper.interrupt();
    }
}
