package io.penstock.pipeline;

import io.penstock.serving.call.ServingException;

/** A step that depends on nothing but its exchange: exchanges may go through it in any order, several at once. */
public non-sealed interface MapStep extends Step {
    /**
     * Computes on the calling thread, without waiting for anything.
     *
     * @throws ServingException if what the exchange carries cannot be worked on
     */
    void apply(Exchange exchange);
}
