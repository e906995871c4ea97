package io.penstock.server.net;

/** What a route asks of its caller. Whatever it asks, a model or pipeline that the path names must be the caller's to use. */
public enum Access {
    /** To be known, and no more: the answer shows nothing, or what the caller may use. */
    KNOWN,
    /** To use what the path names. */
    NAMED,
    /** To use everything: the answer shows or touches all. */
    EVERYTHING,
    /** To change what the server holds. */
    CONTROL
}
