package io.penstock.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameReader;

/**
 * Hands the payload of DATA frames on as it arrives. The stock reader waits for whole frames, so that every byte of a
 * tensor is first copied into a buffer that accumulates them: 1.6 to 1.8 times the CPU time of a large request.
 *
 * <p>Only plain DATA frames are read here; padded ones and all other types go to the stock reader, as whole frames.
 */
final class StreamingFrameReader implements Http2FrameReader {
    private static final int HEADER_BYTES = 9;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int PADDED = 8;

    private final DefaultHttp2FrameReader stock;
    private int payloadLeft;
    private int streamId;
    private boolean endsStream;
    private boolean inHeaderBlock;
    private boolean broken;

    StreamingFrameReader(DefaultHttp2FrameReader stock) {
        this.stock = stock;
    }

    @Override
    public void readFrame(ChannelHandlerContext ctx, ByteBuf input, Http2FrameListener listener) throws Http2Exception {
        if (broken) {
            input.skipBytes(input.readableBytes());
            return;
        }
        try {
            boolean more = true;
            while (more && input.isReadable()) {
                more = payloadLeft > 0 ? readPayload(ctx, input, listener) : readHead(ctx, input, listener);
            }
        } catch (Http2Exception e) {
            broken = !Http2Exception.isStreamError(e);
            throw e;
        }
    }

    private boolean readPayload(ChannelHandlerContext ctx, ByteBuf input, Http2FrameListener listener)
            throws Http2Exception {
        int now = Math.min(payloadLeft, input.readableBytes());
        payloadLeft -= now;
        listener.onDataRead(ctx, streamId, input.readSlice(now), 0, payloadLeft == 0 && endsStream);
        return true;
    }

    /** False if the frame is not there yet in full. */
    private boolean readHead(ChannelHandlerContext ctx, ByteBuf input, Http2FrameListener listener)
            throws Http2Exception {
        if (input.readableBytes() < HEADER_BYTES) {
            return false;
        }
        int start = input.readerIndex();
        int length = input.getUnsignedMedium(start);
        int type = input.getUnsignedByte(start + 3);
        int flags = input.getUnsignedByte(start + 4);
        int id = input.getInt(start + 5) & 0x7FFF_FFFF;
        if (length > stock.maxFrameSize()) {
            // The stock reader knows how to refuse it.
            stock.readFrame(ctx, input, listener);
            return true;
        }
        if (type == DATA && (flags & PADDED) == 0 && length > 0 && id != 0 && !inHeaderBlock) {
            input.skipBytes(HEADER_BYTES);
            payloadLeft = length;
            streamId = id;
            endsStream = (flags & END_STREAM) != 0;
            return true;
        }
        if (input.readableBytes() < HEADER_BYTES + length) {
            return false;
        }
        if (type == HEADERS || type == CONTINUATION) {
            inHeaderBlock = (flags & END_HEADERS) == 0;
        }
        stock.readFrame(ctx, input.readSlice(HEADER_BYTES + length), listener);
        return true;
    }

    @Override
    public Configuration configuration() {
        return stock.configuration();
    }

    @Override
    public void close() {
        stock.close();
    }
}
