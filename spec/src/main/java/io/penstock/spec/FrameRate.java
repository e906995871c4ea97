package io.penstock.spec;

import java.util.OptionalDouble;

/**
 * Frames per second of a camera.
 *
 * @param perSecond empty for {@code max}: as fast as frames are used, dropping none
 */
public record FrameRate(OptionalDouble perSecond) {
    public static final FrameRate MAX = new FrameRate(OptionalDouble.empty());

    public FrameRate {
        perSecond.ifPresent(rate -> {
            if (!(rate >= 0.1 && rate <= 1000)) {
                throw new IllegalArgumentException("must be from 0.1 to 1000, or max");
            }
        });
    }

    /** Reads {@code 25}, {@code 29.97} or {@code max}. */
    public static FrameRate parse(String text) {
        if (text.equals("max")) {
            return MAX;
        }
        try {
            return new FrameRate(OptionalDouble.of(Double.parseDouble(text)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be from 0.1 to 1000, or max", e);
        }
    }

    public boolean isMax() {
        return perSecond.isEmpty();
    }
}
