package io.penstock.serving.call;

/** Who can do something about a failure. */
public enum ErrorType {
    CLIENT,
    RESOURCE,
    INTERNAL,
    UPSTREAM
}
