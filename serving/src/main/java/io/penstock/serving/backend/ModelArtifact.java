package io.penstock.serving.backend;

import java.nio.file.Path;

/** A model's file on local disk, verified. */
public record ModelArtifact(String name, Path file) {}
