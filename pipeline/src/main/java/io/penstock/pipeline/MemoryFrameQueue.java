package io.penstock.pipeline;

import io.penstock.pipeline.frame.Frame;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A frame queue within one process. When full, {@link #offer} drops the oldest frame and {@link #put} waits.
 *
 * <p>Threads: any number offer, put and take.
 */
public final class MemoryFrameQueue implements FrameQueue {
    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final Condition removed = lock.newCondition();
    private final ArrayDeque<Frame> frames;
    private boolean closed;

    public MemoryFrameQueue(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be at least 1: " + capacity);
        }
        this.capacity = capacity;
        this.frames = new ArrayDeque<>(capacity);
    }

    @Override
    public Optional<Frame> offer(Frame frame) {
        lock.lock();
        try {
            if (closed) {
                return Optional.of(frame);
            }
            Optional<Frame> dropped =
                    frames.size() < capacity ? Optional.empty() : Optional.ofNullable(frames.pollFirst());
            frames.addLast(frame);
            added.signal();
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean put(Frame frame, Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (frames.size() >= capacity && !closed) {
                if (left <= 0) {
                    return false;
                }
                left = removed.awaitNanos(left);
            }
            if (closed) {
                return false;
            }
            frames.addLast(frame);
            added.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Frame> take() throws InterruptedException {
        lock.lock();
        try {
            while (frames.isEmpty()) {
                if (closed) {
                    return Optional.empty();
                }
                added.await();
            }
            removed.signal();
            return Optional.ofNullable(frames.pollFirst());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int size() {
        lock.lock();
        try {
            return frames.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            added.signalAll();
            removed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
