package io.penstock.serving.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer as a stream that notices when nothing comes any more, which the JDK's own stream does not: that
 * one waits for ever.
 *
 * <p>Threads: the client's thread offers, one other reads. At most one list of buffers waits, since the next is asked
 * for when the last was taken.
 */
final class BodyStream extends InputStream implements Flow.Subscriber<List<ByteBuffer>> {
    private final Duration stall;
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>();
    private volatile Flow.@Nullable Subscription subscription;
    private volatile boolean closed;
    private boolean ended;

    /** What the client's thread tells the reader. */
    private sealed interface Event {
        record Bytes(List<ByteBuffer> buffers) implements Event {}

        record End() implements Event {}

        record Failure(Throwable cause) implements Event {}
    }

    /** @param stall longest time without a byte */
    BodyStream(Duration stall) {
        this.stall = stall;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (closed) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> given) {
        events.add(new Event.Bytes(given));
    }

    @Override
    public void onError(Throwable cause) {
        events.add(new Event.Failure(cause));
    }

    @Override
    public void onComplete() {
        events.add(new Event.End());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (buffers.isEmpty()) {
            if (ended || !awaitMore()) {
                return -1;
            }
        }
        ByteBuffer first = buffers.getFirst();
        int count = Math.min(length, first.remaining());
        first.get(into, offset, count);
        if (!first.hasRemaining()) {
            buffers.removeFirst();
        }
        return count;
    }

    private boolean awaitMore() throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        Event event;
        try {
            event = events.poll(stall.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("interrupted").initCause(e);
        }
        return switch (event) {
            case null -> {
                close();
                throw new HttpTimeoutException("nothing came for " + stall.toMillis() + " ms");
            }
            case Event.Bytes(List<ByteBuffer> given) -> {
                given.stream().filter(ByteBuffer::hasRemaining).forEach(buffers::add);
                Flow.Subscription from = subscription;
                if (from != null) {
                    from.request(1);
                }
                yield true;
            }
            case Event.End _ -> {
                ended = true;
                yield false;
            }
            case Event.Failure(Throwable cause) ->
                throw new IOException(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
        };
    }

    @Override
    public void close() {
        closed = true;
        Flow.Subscription from = subscription;
        if (from != null) {
            from.cancel();
        }
    }
}
