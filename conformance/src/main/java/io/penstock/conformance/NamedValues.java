package io.penstock.conformance;

/** A tensor under its name. */
record NamedValues(String name, Values values) {}
