package io.penstock.server.oip;

import io.penstock.server.net.Caller;
import io.penstock.serving.oip.RegionSpan;
import io.penstock.serving.oip.SharedRegions;
import java.lang.foreign.MemorySegment;

/**
 * The regions that a caller with a list of models may use: those it registered itself. Another's region would show it
 * inputs and outputs of models that are not its own. What is another's is not found, as if it were not there.
 */
final class OwnRegions implements SharedRegions {
    private final SharedMemory memory;
    private final Caller caller;

    OwnRegions(SharedMemory memory, Caller caller) {
        this.memory = memory;
        this.caller = caller;
    }

    @Override
    public void check(RegionSpan span) {
        memory.requireOwner(span.region(), caller.name());
        memory.check(span);
    }

    @Override
    public void read(RegionSpan span, MemorySegment target) {
        memory.requireOwner(span.region(), caller.name());
        memory.read(span, target);
    }

    @Override
    public void write(MemorySegment source, RegionSpan span) {
        memory.requireOwner(span.region(), caller.name());
        memory.write(source, span);
    }
}
