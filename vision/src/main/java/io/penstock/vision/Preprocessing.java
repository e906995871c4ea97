package io.penstock.vision;

/**
 * What a picture goes through before a network.
 *
 * @param size of the network's input
 */
public record Preprocessing(Fit fit, Size size, TensorFormat format) {
    public TensorWriter writer() {
        return new TensorWriter(fit, size, format);
    }
}
