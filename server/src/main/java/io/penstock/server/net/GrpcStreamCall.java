package io.penstock.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.penstock.server.net.GrpcHandler.GrpcReply;
import io.penstock.server.net.GrpcHandler.GrpcStream;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One streaming gRPC call. Messages that wait for the handler are few: once {@value #MOST_WAITING} do, what comes is no
 * longer counted as read, so that the client's window closes until the handler takes one.
 *
 * <p>Threads: the event loop reads and ends the call; the handler's thread receives and sends. The lock guards what both
 * see: the waiting messages, and whether the client or the server has said its last.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, and that is seen
final class GrpcStreamCall implements Http2Call, Invocation.Outcome<Boolean>, GrpcStream {
    private static final int MOST_WAITING = 4;
    /** A call without a deadline of its own lasts as long as the client wants. */
    private static final Duration FOREVER = Duration.ofDays(365);

    private final PortParts parts;
    private final Http2Connection connection;
    private final Http2Stream stream;
    private final Http2Request request;
    private final String path;
    private final GrpcFraming framing;
    private final Invocation<Boolean> invocation;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Message> waiting = new ArrayDeque<>();
    private final ByteBuf prefix = Unpooled.buffer(GrpcFraming.PREFIX_BYTES, GrpcFraming.PREFIX_BYTES);
    private BodyCollector message;
    private volatile Deadline deadline = Deadline.after(FOREVER);
    private long missing;
    private boolean coded;
    private int heldBack;
    private boolean said;
    private boolean draining;
    private boolean done;

    private record Message(RequestBody body, boolean coded) {}

    GrpcStreamCall(PortParts parts, Http2Connection connection, Http2Stream stream, Http2Headers headers) {
        this.parts = parts;
        this.connection = connection;
        this.stream = stream;
        this.request = new Http2Request(parts, connection, stream, headers, "grpc");
        this.path = String.valueOf(headers.path());
        this.framing = new GrpcFraming(request);
        this.message = collector();
        this.invocation = new Invocation<>(connection.loop(), request.limit(), request.scope(), parts.inFlight(), this);
    }

    private BodyCollector collector() {
        return new BodyCollector(parts.pool(), parts.limits().maxBodyBytes(), "message");
    }

    @Override
    public void begin(boolean endOfStream) {
        try {
            request.checkHost();
            request.admit();
            Optional<String> timeout = request.header("grpc-timeout");
            if (timeout.isPresent()) {
                deadline = deadline.earlier(Deadline.after(GrpcTimeout.parse(timeout.get())));
                invocation.limit(deadline);
            }
        } catch (ServingException e) {
            refuse(e);
            return;
        }
        said = endOfStream;
        invocation.start(
                () -> {
                    parts.grpc().stream(this);
                    return draining;
                },
                RequestBody.empty());
    }

    @Override
    public void data(ByteBuf data, boolean endOfStream) {
        if (done) {
            return;
        }
        try {
            while (data.isReadable()) {
                read(data);
            }
            if (endOfStream && (missing > 0 || prefix.writerIndex() > 0)) {
                throw new ServingException(ErrorCode.INVALID_REQUEST, "the message is cut off");
            }
        } catch (ServingException e) {
            refuse(e);
            return;
        }
        if (endOfStream) {
            change(() -> said = true);
        }
    }

    private void read(ByteBuf data) {
        if (prefix.isWritable()) {
            prefix.writeBytes(data, Math.min(data.readableBytes(), prefix.writableBytes()));
            if (prefix.isWritable()) {
                return;
            }
            coded = framing.isCoded(prefix.getByte(0));
            missing = prefix.getUnsignedInt(1);
            message.expect(missing);
            request.watchPace();
        }
        int now = (int) Math.min(missing, data.readableBytes());
        message.add(data.readSlice(now));
        request.countBytes(now);
        missing -= now;
        if (missing == 0) {
            prefix.clear();
            request.stopPace();
            Message whole = new Message(message.take(), coded);
            message = collector();
            change(() -> waiting.add(whole));
        }
    }

    @Override
    public int read(int bytes) {
        lock.lock();
        try {
            if (waiting.size() < MOST_WAITING || done) {
                return bytes;
            }
            heldBack += bytes;
            return 0;
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable what) {
        lock.lock();
        try {
            what.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String id() {
        return request.id;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public RequestHeaders metadata() {
        return request::header;
    }

    @Override
    public Caller caller() {
        return request.caller();
    }

    @Override
    public Deadline requestDeadline() {
        return deadline.earlier(Deadline.after(parts.limits().requestDeadline()));
    }

    @Override
    public Optional<RequestBody> receive() throws InterruptedException {
        Message next = null;
        int free = 0;
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() && !said && !draining) {
                changed.await();
            }
            next = waiting.poll();
            if (waiting.size() < MOST_WAITING) {
                free = heldBack;
                heldBack = 0;
            }
        } finally {
            lock.unlock();
        }
        if (free > 0) {
            int bytes = free;
            connection.loop().execute(() -> connection.returnBytes(stream, bytes));
        }
        if (next == null) {
            return Optional.empty();
        }
        if (!next.coded) {
            return Optional.of(next.body);
        }
        try {
            return Optional.of(framing.decoded(next.body));
        } finally {
            next.body.lease().close();
        }
    }

    @Override
    public void send(GrpcReply answer) throws InterruptedException {
        GrpcReply coded = framing.coded(answer);
        ChannelPromise sent = connection.newPromise();
        connection.loop().execute(() -> write(coded, sent));
        boolean settled = false;
        try {
            settled = sent.await(
                    parts.limits().writeDeadline().toMillis() + framing.length(coded) / 64, TimeUnit.MILLISECONDS);
        } finally {
            if (!settled) {
                connection.loop().execute(() -> connection.reset(stream.id(), Http2Error.CANCEL));
            }
        }
        if (!settled || !sent.isSuccess()) {
            throw new ServingException(ErrorCode.CANCELLED, "the client left, or takes nothing");
        }
    }

    private void write(GrpcReply answer, ChannelPromise sent) {
        if (!request.isOpen() || done) {
            answer.release().run();
            sent.setFailure(new ServingException(ErrorCode.CANCELLED, "the stream is closed"));
            return;
        }
        framing.begin();
        ChannelFuture written = framing.message(answer);
        written.addListener((ChannelFutureListener) left -> {
            answer.release().run();
            if (left.isSuccess()) {
                sent.setSuccess();
            } else {
                sent.setFailure(left.cause());
            }
        });
        connection.flush();
    }

    @Override
    public boolean awaitDraining(Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (!draining && left > 0) {
                left = changed.awaitNanos(left);
            }
            return draining;
        } finally {
            lock.unlock();
        }
    }

    private void refuse(ServingException failure) {
        invocation.cancel();
        failed(failure);
    }

    @Override
    public void answered(Boolean drained) {
        release();
        if (drained && stream.state().remoteSideOpen()) {
            framing.end(new ServingException(ErrorCode.DRAINING, "the server is stopping"));
        } else {
            framing.end();
        }
    }

    @Override
    public void failed(ServingException failure) {
        release();
        framing.end(failure);
    }

    @Override
    public void dropped(Boolean drained) {}

    /** Nobody will receive what still waits. */
    private void release() {
        request.stopPace();
        message.discard();
        lock.lock();
        try {
            done = true;
            said = true;
            waiting.forEach(each -> each.body.lease().close());
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void drain() {
        change(() -> draining = true);
    }

    @Override
    public void closed() {
        request.closed();
        release();
        invocation.cancel();
    }
}
