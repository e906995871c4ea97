package io.penstock.serving.backend;

import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;

/** Name, type and shape of one input or output; {@code -1} in the shape is any size. */
public record TensorSignature(String name, DataType type, Shape shape) {}
