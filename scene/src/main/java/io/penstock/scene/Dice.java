package io.penstock.scene;

/** Repeatable chance: a draw is a function of the seed and the draw's number, so any thread may ask in any order. */
record Dice(long seed) {
    private static final long STEP = 0x9E3779B97F4A7C15L;

    /** Dice of their own for the thing that {@code key} names. */
    Dice child(long key) {
        return new Dice(mix(seed ^ mix(key * STEP + 1)));
    }

    /** In 0 (inclusive) to 1 (exclusive). */
    double unit(int draw) {
        return (mix(seed + STEP * (draw + 1L)) >>> 11) * 0x1p-53;
    }

    double between(int draw, double low, double high) {
        return low + (high - low) * unit(draw);
    }

    int below(int draw, int bound) {
        return (int) (unit(draw) * bound);
    }

    boolean chance(int draw, double probability) {
        return unit(draw) < probability;
    }

    int pick(int draw, int... options) {
        return options[below(draw, options.length)];
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
    static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
