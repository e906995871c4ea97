package io.penstock.serving;

import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One model's place in a device's memory: in it or not, used or idle. Whoever uses it first has it loaded, on a thread
 * of its own; callers wait for that at most until their deadlines.
 *
 * <p>Threads: any number use it; all of it is guarded by the lock of its device.
 *
 * @param <M> the loaded model
 */
public final class ModelPlace<M extends AutoCloseable> implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ModelPlace.class.getName());
    private static final Duration CLOSING = Duration.ofSeconds(60);

    private final DeviceMemory memory;
    private final DeviceMemory.Tenant tenant;
    private final Loader<M> loader;
    private final ReentrantLock lock;
    private final Condition changed;
    private State state = State.ABSENT;
    private boolean closed;
    private boolean isReserved;
    private int users;
    private int waiting;
    private long attempt;
    private long idleSince = System.nanoTime();
    private @Nullable M model;
    private @Nullable ServingException failure;

    private enum State {
        ABSENT,
        /** Being loaded or unloaded. */
        CHANGING,
        PRESENT
    }

    /** Brings a model into memory. */
    public interface Loader<M extends AutoCloseable> {
        /** @throws ServingException if it cannot be loaded; nothing of it stays in memory then */
        M load() throws InterruptedException;
    }

    /** A model in use: it stays in memory until this is closed. */
    public final class Use implements AutoCloseable {
        private final M used;

        private Use(M used) {
            this.used = used;
        }

        public M model() {
            return used;
        }

        @Override
        public void close() {
            release();
        }
    }

    ModelPlace(DeviceMemory memory, DeviceMemory.Tenant tenant, Loader<M> loader) {
        this.memory = memory;
        this.tenant = tenant;
        this.loader = loader;
        this.lock = memory.lock();
        this.changed = memory.changed();
    }

    /** The device whose memory it takes. */
    String device() {
        return memory.device();
    }

    /** What it takes while it is loaded. */
    public long bytes() {
        return tenant.bytes();
    }

    /** Whether it is in memory now. */
    public boolean isLoaded() {
        lock.lock();
        try {
            return state == State.PRESENT;
        } finally {
            lock.unlock();
        }
    }

    /** Callers that wait for it to be loaded. */
    int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The model, loaded if it is not.
     *
     * @throws ServingException with {@link ErrorCode#MODEL_MEMORY} if there was no room before the deadline, with
     *     {@link ErrorCode#DEADLINE_EXCEEDED} if it was still loading, or with the loader's own reason
     */
    public Use use(Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        waiting++;
        try {
            long mine = attempt;
            while (true) {
                if (closed) {
                    throw new ServingException(ErrorCode.NOT_READY, "model " + tenant.name() + " is being unloaded");
                }
                if (state == State.PRESENT) {
                    users++;
                    return new Use(loaded());
                }
                if (failure != null && attempt > mine) {
                    throw new ServingException(failure.code(), failure.sentence(), failure);
                }
                if (state == State.ABSENT) {
                    state = State.CHANGING;
                    Thread.ofPlatform().name("load-" + tenant.name()).daemon().start(this::load);
                }
                if (changed.awaitNanos(deadline.remainingNanos()) <= 0 && state != State.PRESENT) {
                    throw tooLate();
                }
            }
        } finally {
            waiting--;
            changed.signalAll();
            lock.unlock();
        }
    }

    /** The model, if it is loaded; who finds it absent asks with {@link #use}. */
    Optional<Use> useNow() {
        lock.lock();
        try {
            if (closed || state != State.PRESENT) {
                return Optional.empty();
            }
            users++;
            return Optional.of(new Use(loaded()));
        } finally {
            lock.unlock();
        }
    }

    private M loaded() {
        if (model == null) {
            throw new IllegalStateException("model " + tenant.name() + " is not loaded");
        }
        return model;
    }

    private ServingException tooLate() {
        // Where there is room now, only the loading thread was late.
        return isReserved || memory.hasRoom(tenant.bytes())
                ? new ServingException(
                        ErrorCode.DEADLINE_EXCEEDED,
                        "model " + tenant.name() + " was still loading at the request's deadline")
                : new ServingException(
                        ErrorCode.MODEL_MEMORY,
                        "no memory for model " + tenant.name() + " on " + memory.device()
                                + ": all models there are in use (Server.devices." + memory.device() + ".memory)");
    }

    /** Makes room, loads, and tells who waits. */
    private void load() {
        @Nullable M made = null;
        @Nullable ServingException refused = null;
        try {
            if (!makeRoom()) {
                return;
            }
            made = loader.load();
        } catch (ServingException e) {
            refused = e;
        } catch (InterruptedException _) {
            refused = new ServingException(ErrorCode.NOT_READY, "loading model " + tenant.name() + " was stopped");
        } catch (RuntimeException | Error e) {
            // The boundary to native code: whatever it throws, every caller gets an answer.
            LOG.log(System.Logger.Level.ERROR, "loading model " + tenant.name() + " failed", e);
            refused = new ServingException(ErrorCode.INTERNAL, "model " + tenant.name() + " cannot be loaded", e);
        } finally {
            settle(Optional.ofNullable(made), Optional.ofNullable(refused));
        }
    }

    private void settle(Optional<M> made, Optional<ServingException> refused) {
        lock.lock();
        try {
            attempt++;
            failure = refused.orElse(null);
            model = made.orElse(null);
            state = made.isPresent() ? State.PRESENT : State.ABSENT;
            idleSince = System.nanoTime();
            if (made.isEmpty() && isReserved) {
                isReserved = false;
                memory.giveBack(tenant.bytes());
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Reserves the memory, unloading others for it; false once nobody waits for the model any more. */
    private boolean makeRoom() throws InterruptedException {
        while (true) {
            Optional<ModelPlace<?>> victim;
            lock.lockInterruptibly();
            try {
                if (memory.reserve(tenant.bytes())) {
                    isReserved = true;
                    return true;
                }
                victim = memory.takeLongestUnused();
                if (victim.isEmpty()) {
                    if (waiting == 0 || closed) {
                        return false;
                    }
                    changed.await();
                }
            } finally {
                lock.unlock();
            }
            victim.ifPresent(ModelPlace::unload);
        }
    }

    private void release() {
        lock.lock();
        try {
            users--;
            idleSince = System.nanoTime();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether it is idle and not pinned; the lock is held. */
    boolean mayGiveWay() {
        return isIdle() && !(tenant.keepAlive() instanceof KeepAlive.Always);
    }

    private boolean isIdle() {
        return state == State.PRESENT && users == 0;
    }

    long idleSince() {
        return idleSince;
    }

    /** Nothing is done with it until it is unloaded; the lock is held. */
    void markChanging() {
        state = State.CHANGING;
    }

    /** Until it is unloaded for being idle; empty where it stays. The lock is held. */
    OptionalLong nanosToUnload(long now) {
        return isIdle() && tenant.keepAlive() instanceof KeepAlive.For limited
                ? OptionalLong.of(limited.time().toNanos() - (now - idleSince))
                : OptionalLong.empty();
    }

    /** Takes it out of memory, after {@link #markChanging}. */
    void unload() {
        try {
            loaded().close();
        } catch (Exception e) {
            // What cannot be unloaded is unloaded as far as anybody can tell; its memory is counted as free.
            LOG.log(System.Logger.Level.ERROR, "unloading model " + tenant.name() + " failed", e);
        }
        lock.lock();
        try {
            model = null;
            state = State.ABSENT;
            isReserved = false;
            memory.giveBack(tenant.bytes());
        } finally {
            lock.unlock();
        }
    }

    /** Refuses anybody new, waits for who uses it, at most a minute, and takes it out of memory. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            Deadline end = Deadline.after(CLOSING);
            while ((users > 0 || state == State.CHANGING) && !end.isPast()) {
                changed.awaitNanos(end.remainingNanos());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        boolean present;
        lock.lock();
        try {
            memory.forget(this);
            present = state == State.PRESENT;
            if (present) {
                markChanging();
            }
        } finally {
            lock.unlock();
        }
        if (present) {
            unload();
        }
    }
}
