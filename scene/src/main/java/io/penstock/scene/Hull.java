package io.penstock.scene;

/** The convex hull of a few points in the picture (monotone chain, Andrew 1979), in place. */
final class Hull {
    private Hull() {}

    /** Puts the hull's corners first, in order, and returns how many there are. */
    static int of(double[] xs, double[] ys, int count) {
        sort(xs, ys, count);
        double[] hullX = new double[2 * count];
        double[] hullY = new double[2 * count];
        int size = 0;
        for (int pass = 0; pass < 2; pass++) {
            int floor = size + 1;
            for (int step = 0; step < count; step++) {
                int i = pass == 0 ? step : count - 1 - step;
                while (size > floor && !left(hullX, hullY, size, xs[i], ys[i])) {
                    size--;
                }
                hullX[size] = xs[i];
                hullY[size] = ys[i];
                size++;
            }
            // The chain's last point is the first of the other chain.
            size--;
        }
        System.arraycopy(hullX, 0, xs, 0, size);
        System.arraycopy(hullY, 0, ys, 0, size);
        return size;
    }

    private static boolean left(double[] xs, double[] ys, int size, double x, double y) {
        double ax = xs[size - 1] - xs[size - 2];
        double ay = ys[size - 1] - ys[size - 2];
        return ax * (y - ys[size - 2]) - ay * (x - xs[size - 2]) > 0;
    }

    private static void sort(double[] xs, double[] ys, int count) {
        for (int i = 1; i < count; i++) {
            double x = xs[i];
            double y = ys[i];
            int at = i;
            while (at > 0 && (xs[at - 1] > x || (xs[at - 1] == x && ys[at - 1] > y))) {
                xs[at] = xs[at - 1];
                ys[at] = ys[at - 1];
                at--;
            }
            xs[at] = x;
            ys[at] = y;
        }
    }
}
