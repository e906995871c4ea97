package io.penstock.server.net;

import java.util.Optional;

/** A request's header fields. */
@FunctionalInterface
public interface RequestHeaders {
    /** The first field of this name, given in lower case. */
    Optional<String> find(String name);
}
