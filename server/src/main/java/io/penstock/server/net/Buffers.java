package io.penstock.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Shows memory segments to Netty without copying them. */
final class Buffers {
    private Buffers() {}

    /** A buffer over all parts, which must stay valid until it has been written. */
    static ByteBuf wrap(List<MemorySegment> parts) {
        ByteBuf[] buffers = new ByteBuf[parts.size()];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = wrap(parts.get(i));
        }
        return buffers.length == 1 ? buffers[0] : Unpooled.wrappedBuffer(buffers.length, buffers);
    }

    private static ByteBuf wrap(MemorySegment part) {
        return part.byteSize() == 0 ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(part.asByteBuffer());
    }
}
