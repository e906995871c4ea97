package io.penstock.vision.tensor;

import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import java.util.List;
import java.util.Objects;

/**
 * How pixels become the numbers that a network expects: {@code (pixel * scale - mean) / std}.
 *
 * @param type FP32, FP16 or UINT8; the last takes pixels as they are
 * @param scale multiplies the pixel's 0..255
 * @param mean of red, green and blue, in this order whatever {@code order} says; in units after scaling
 * @param std likewise
 * @param pad the gray 0..255 that bars are filled with, before scaling
 */
public record TensorFormat(
        DataType type, Layout layout, Order order, float scale, List<Float> mean, List<Float> std, int pad) {
    private static final List<Float> ZEROS = List.of(0f, 0f, 0f);
    private static final List<Float> ONES = List.of(1f, 1f, 1f);

    /** Which axis colour is. */
    public enum Layout {
        /** {@code [N,3,H,W]}: one plane for each colour. */
        NCHW,
        /** {@code [N,H,W,3]}: colours beside each other. */
        NHWC
    }

    /** Which colour comes first. */
    public enum Order {
        RGB,
        BGR
    }

    public TensorFormat {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        Objects.requireNonNull(layout);
        Objects.requireNonNull(order);
        if (type != DataType.FP32 && type != DataType.FP16 && type != DataType.UINT8) {
            throw new IllegalArgumentException("pictures become FP32, FP16 or UINT8, not " + type);
        }
        if (mean.size() != 3 || std.size() != 3) {
            throw new IllegalArgumentException("mean and std have three values, not " + mean + " and " + std);
        }
        if (std.contains(0f)) {
            throw new IllegalArgumentException("std must not be 0: " + std);
        }
        if (pad < 0 || pad > 255) {
            throw new IllegalArgumentException("pad is a gray from 0 to 255: " + pad);
        }
        if (type == DataType.UINT8 && (scale != 1 || !mean.equals(ZEROS) || !std.equals(ONES))) {
            throw new IllegalArgumentException("UINT8 takes pixels as they are: scale 1, mean 0 and std 1");
        }
    }

    /** Planes of RGB in 0..1, bars of gray 114: what Ultralytics' models take. */
    public static TensorFormat unitRgb(DataType type) {
        return new TensorFormat(type, Layout.NCHW, Order.RGB, 1 / 255f, ZEROS, ONES, 114);
    }

    /** Planes of BGR in 0..255, bars of gray 114: what YOLOX takes. */
    public static TensorFormat plainBgr(DataType type) {
        return new TensorFormat(type, Layout.NCHW, Order.BGR, 1, ZEROS, ONES, 114);
    }

    /** Planes of RGB normalised by ImageNet's mean and deviation: what torchvision's models take. */
    public static TensorFormat imageNet(DataType type) {
        return new TensorFormat(
                type,
                Layout.NCHW,
                Order.RGB,
                1 / 255f,
                List.of(0.485f, 0.456f, 0.406f),
                List.of(0.229f, 0.224f, 0.225f),
                0);
    }

    /** {@code FP32 NCHW RGB 0..255 times 0.00392}, in the words of a sentence. */
    public String sentence() {
        String numbers = type == DataType.UINT8 || (scale == 1 && mean.equals(ZEROS) && std.equals(ONES))
                ? "0..255"
                : Math.abs(scale - 1 / 255f) < 1e-6f && mean.equals(ZEROS) && std.equals(ONES)
                        ? "0..1"
                        : "(pixel x " + scale + " - " + mean + ") / " + std;
        return type + " " + layout + " " + order + " " + numbers;
    }

    /** The tensor's shape for this many pictures of this size. */
    public Shape shape(int batch, Size size) {
        return layout == Layout.NCHW
                ? Shape.of(batch, 3, size.height(), size.width())
                : Shape.of(batch, size.height(), size.width(), 3);
    }

    /** Bytes of one picture of this size. */
    public long byteSize(Size size) {
        return 3L * size.width() * size.height() * type.byteSize();
    }

    /** What a pixel's value is multiplied with; {@code colour} is 0 for red, 1 for green, 2 for blue. */
    float factor(int colour) {
        return scale / std.get(colour);
    }

    /** What is added after that. */
    float bias(int colour) {
        return -mean.get(colour) / std.get(colour);
    }

    /** Which colour the tensor's channel {@code index} holds. */
    int colourOf(int index) {
        return order == Order.RGB ? index : 2 - index;
    }
}
