package io.penstock.serving.tensor;

import java.util.Arrays;

/**
 * Dimensions of a tensor, outermost first. In a model's signature {@code -1} stands for any size; a tensor's own
 * shape has none.
 */
public final class Shape {
    /** A size that each request chooses. */
    public static final long ANY = -1;

    private static final Shape SCALAR = new Shape(new long[0]);
    private final long[] dimensions;

    private Shape(long[] dimensions) {
        this.dimensions = dimensions;
    }

    /** @throws IllegalArgumentException if a dimension is below -1 */
    public static Shape of(long... dimensions) {
        for (long dimension : dimensions) {
            if (dimension < ANY) {
                throw new IllegalArgumentException("dimension must be -1 or more: " + dimension);
            }
        }
        return dimensions.length == 0 ? SCALAR : new Shape(dimensions.clone());
    }

    public int rank() {
        return dimensions.length;
    }

    public long dimension(int index) {
        return dimensions[index];
    }

    public long[] toArray() {
        return dimensions.clone();
    }

    public boolean isFixed() {
        for (long dimension : dimensions) {
            if (dimension == ANY) {
                return false;
            }
        }
        return true;
    }

    /**
     * How many elements a tensor of this shape has.
     *
     * @throws ArithmeticException if the product overflows, or a dimension is {@link #ANY}
     */
    public long elementCount() {
        long count = 1;
        for (long dimension : dimensions) {
            if (dimension == ANY) {
                throw new ArithmeticException("shape has open dimensions: " + this);
            }
            count = Math.multiplyExact(count, dimension);
        }
        return count;
    }

    /** This shape with another outermost dimension. */
    public Shape withBatch(long batch) {
        long[] changed = dimensions.clone();
        changed[0] = batch;
        return of(changed);
    }

    /** Whether a tensor of shape {@code other} fits where this signature is asked for. */
    public boolean accepts(Shape other) {
        if (other.dimensions.length != dimensions.length) {
            return false;
        }
        for (int i = 0; i < dimensions.length; i++) {
            if (dimensions[i] != ANY && dimensions[i] != other.dimensions[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(dimensions, shape.dimensions);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dimensions);
    }

    /** {@code [1,3,640,640]}. */
    @Override
    public String toString() {
        return Arrays.toString(dimensions).replace(" ", "");
    }
}
