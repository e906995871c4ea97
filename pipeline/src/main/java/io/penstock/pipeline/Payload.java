package io.penstock.pipeline;

import java.lang.foreign.MemorySegment;

/**
 * What a caller sends to a pipeline, still encoded.
 *
 * @param mediaType {@code image/jpeg}; a hint only: a picture's format is told by its first bytes
 * @param bytes valid until the call that received it returns
 */
public record Payload(String mediaType, MemorySegment bytes) {}
