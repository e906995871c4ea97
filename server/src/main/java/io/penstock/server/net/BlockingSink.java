package io.penstock.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Writes a streamed answer piece by piece, one piece on its way at a time. Used by one thread, which is no event loop. */
final class BlockingSink implements ReplySink {
    private static final Duration CUT_TIME = Duration.ofSeconds(1);

    private final Function<ByteBuf, ChannelFuture> send;
    private final Runnable cut;
    private final Duration writeDeadline;

    /**
     * @param send sends from any thread; the future is done when the bytes have left
     * @param cut ends the connection or stream, which fails what is on its way
     */
    BlockingSink(Function<ByteBuf, ChannelFuture> send, Runnable cut, Duration writeDeadline) {
        this.send = send;
        this.cut = cut;
        this.writeDeadline = writeDeadline;
    }

    @Override
    public void write(MemorySegment... parts) throws InterruptedException {
        ChannelFuture written = send.apply(Buffers.wrap(List.of(parts)));
        boolean settled = false;
        try {
            settled = written.await(writeDeadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            // A drain wakes the writer anywhere: what is on its way mostly leaves at once, and then the end can be
            // said.
            settled = written.awaitUninterruptibly(CUT_TIME.toMillis(), TimeUnit.MILLISECONDS);
            throw e;
        } finally {
            if (!settled) {
                // The parts belong to the caller again once this returns, so nothing may still be reading them.
                cut.run();
                written.awaitUninterruptibly(CUT_TIME.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
        if (!written.isSuccess()) {
            throw new ServingException(ErrorCode.CANCELLED, "the client left, or took nothing for " + writeDeadline);
        }
    }
}
