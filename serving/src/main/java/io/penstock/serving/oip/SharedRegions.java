package io.penstock.serving.oip;

import io.penstock.serving.call.ServingException;
import java.lang.foreign.MemorySegment;

/** Memory that clients on this host share with the server, by the names it was registered under. */
public interface SharedRegions {
    /** Where there is none, or none may be used: every use is refused with {@code UNIMPLEMENTED}. */
    SharedRegions NONE = new SharedRegions() {
        @Override
        public void check(RegionSpan span) {
            throw Refusal.absent("shared memory is not served here: the server must listen on a loopback address");
        }

        @Override
        public void read(RegionSpan span, MemorySegment target) {
            check(span);
        }

        @Override
        public void write(MemorySegment source, RegionSpan span) {
            check(span);
        }
    };

    /** @throws ServingException if there is no such region, or the span leaves it */
    void check(RegionSpan span);

    /**
     * Copies a span, for its owner may change it or cut it off at any time.
     *
     * @param target of the span's size
     * @throws ServingException as {@link #check} does
     */
    void read(RegionSpan span, MemorySegment target);

    /**
     * Writes to the start of a span.
     *
     * @throws ServingException as {@link #check} does, and if the source is larger than the span
     */
    void write(MemorySegment source, RegionSpan span);
}
