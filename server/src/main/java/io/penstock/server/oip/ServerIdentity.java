package io.penstock.server.oip;

/** What the server says of itself. */
public record ServerIdentity(String name, String version) {}
