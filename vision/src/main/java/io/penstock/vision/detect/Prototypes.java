package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Mask;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.tensor.Placement;

/**
 * Masks as YOLACT makes them: each object's is a sum of prototypes, {@code [N,M,h,w]} over the whole input, weighted by
 * the object's coefficients; inside is where it is above 0, between samples bilinearly.
 */
final class Prototypes {
    private final Matrix prototypes;
    private final int width;
    private final int height;
    private final Placement placement;

    Prototypes(Tensor tensor, Placement placement) {
        if (tensor.shape().rank() != 4) {
            throw new IllegalArgumentException("prototypes of masks are [N,M,h,w], not " + tensor.shape());
        }
        this.width = Math.toIntExact(tensor.shape().dimension(3));
        this.height = Math.toIntExact(tensor.shape().dimension(2));
        this.prototypes = Matrix.ofColumns(tensor, width * height);
        this.placement = placement;
    }

    /** The mask of one object, within its box, at the size of the source picture. */
    Mask mask(float[] coefficients, Box box) {
        float scaleX = (float) width / placement.target().width();
        float scaleY = (float) height / placement.target().height();
        Box inTarget = placement.toTarget(box);
        int left = Math.clamp((int) Math.floor(inTarget.x() * scaleX) - 1, 0, width - 1);
        int top = Math.clamp((int) Math.floor(inTarget.y() * scaleY) - 1, 0, height - 1);
        int right = Math.clamp((int) Math.ceil(inTarget.right() * scaleX) + 1, left + 1, width);
        int bottom = Math.clamp((int) Math.ceil(inTarget.bottom() * scaleY) + 1, top + 1, height);
        float[] sums = sums(coefficients, left, top, right, bottom);
        int columns = right - left;
        int rows = bottom - top;
        float factorX =
                scaleX * placement.content().width() / placement.source().width();
        float factorY =
                scaleY * placement.content().height() / placement.source().height();
        float offsetX = placement.left() * scaleX - 0.5f - left;
        float offsetY = placement.top() * scaleY - 0.5f - top;
        int[] rectangle = {Math.round(box.x()), Math.round(box.y()), Math.round(box.right()), Math.round(box.bottom())};
        return Mask.of(placement.source().width(), placement.source().height(), rectangle, (x, y) -> {
            float px = Math.clamp((x + 0.5f) * factorX + offsetX, 0, columns - 1);
            float py = Math.clamp((y + 0.5f) * factorY + offsetY, 0, rows - 1);
            int x0 = (int) px;
            int y0 = (int) py;
            int x1 = Math.min(x0 + 1, columns - 1);
            int y1 = Math.min(y0 + 1, rows - 1);
            float fx = px - x0;
            float fy = py - y0;
            float above = sums[y0 * columns + x0] * (1 - fx) + sums[y0 * columns + x1] * fx;
            float below = sums[y1 * columns + x0] * (1 - fx) + sums[y1 * columns + x1] * fx;
            return above * (1 - fy) + below * fy > 0;
        });
    }

    private float[] sums(float[] coefficients, int left, int top, int right, int bottom) {
        if (coefficients.length != prototypes.rows()) {
            throw new IllegalArgumentException(
                    "an object has " + coefficients.length + " coefficients for " + prototypes.rows() + " prototypes");
        }
        float[] sums = new float[(right - left) * (bottom - top)];
        for (int i = 0; i < coefficients.length; i++) {
            int at = 0;
            for (int y = top; y < bottom; y++) {
                for (int x = left; x < right; x++) {
                    sums[at++] += coefficients[i] * prototypes.at(i, y * width + x);
                }
            }
        }
        return sums;
    }
}
