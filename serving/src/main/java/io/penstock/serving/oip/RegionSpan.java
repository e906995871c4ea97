package io.penstock.serving.oip;

/**
 * Part of a region of shared memory, as a request names it.
 *
 * @param region the name it was registered under
 * @param offset bytes from the region's start, 0 or more
 * @param byteSize bytes, 0 or more
 */
public record RegionSpan(String region, long offset, long byteSize) {
    public RegionSpan {
        if (offset < 0 || byteSize < 0) {
            throw Refusal.invalid(
                    "shared_memory_offset and shared_memory_byte_size must be 0 or more: " + offset + ", " + byteSize);
        }
    }
}
