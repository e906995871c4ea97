package io.penstock.conformance;

/** A check that says nothing about this server; the message says why, and what would let it run. */
final class Inapplicable extends RuntimeException {
    Inapplicable(String why) {
        super(why);
    }
}
