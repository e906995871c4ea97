package io.penstock.server.page;

/**
 * What runs a model, as the page says it.
 *
 * @param backend such as {@code ONNX Runtime}
 * @param bytes of the model's file
 * @param device such as {@code CPU}
 * @param instances copies that execute at once
 * @param threads of each instance
 */
public record ModelCard(String backend, long bytes, String device, int instances, int threads) {}
