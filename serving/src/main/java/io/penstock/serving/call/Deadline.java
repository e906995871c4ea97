package io.penstock.serving.call;

import java.time.Duration;

/** An instant on this process's monotonic clock after which an answer is of no use. */
public record Deadline(long nanoTime) {
    public static Deadline after(Duration timeout) {
        return new Deadline(System.nanoTime() + timeout.toNanos());
    }

    /** Nanoseconds left; negative once it is past. */
    public long remainingNanos() {
        return nanoTime - System.nanoTime();
    }

    public boolean isPast() {
        return remainingNanos() <= 0;
    }

    public Deadline earlier(Deadline other) {
        return nanoTime - other.nanoTime <= 0 ? this : other;
    }
}
