package io.penstock.vision;

/** Which way a detector's output lies. */
public enum OutputLayout {
    /** {@code [N,channels,anchors]}: all anchors' values of one channel beside each other. */
    CHANNELS_FIRST,
    /** {@code [N,anchors,channels]}: all channels of one anchor beside each other. */
    ANCHORS_FIRST
}
