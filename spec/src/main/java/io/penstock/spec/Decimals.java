package io.penstock.spec;

/** Decimal numbers as documents write them, times a unit: exactly, and without what {@code BigDecimal} costs a start. */
final class Decimals {
    private static final long[] TENS = {
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000
    };

    private Decimals() {}

    /**
     * {@code number} times {@code unit}, rounded down.
     *
     * @param number up to 18 digits, and behind a point up to 9 more
     * @throws ArithmeticException where that is more than a long holds
     */
    static long times(String number, long unit) {
        int point = number.indexOf('.');
        if (point < 0) {
            return Math.multiplyExact(Long.parseLong(number), unit);
        }
        long fraction = Long.parseLong(number, point + 1, number.length(), 10);
        long ten = TENS[number.length() - point - 1];
        // Neither product can overflow, as their one does not for large units.
        long parts = fraction * (unit / ten) + fraction * (unit % ten) / ten;
        return Math.addExact(Math.multiplyExact(Long.parseLong(number, 0, point, 10), unit), parts);
    }
}
