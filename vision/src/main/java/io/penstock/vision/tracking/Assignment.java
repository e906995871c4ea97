package io.penstock.vision.tracking;

import java.util.Arrays;

/**
 * Pairs rows with columns so that the sum of costs is least, exactly: shortest augmenting paths with potentials, as
 * Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems" (1987),
 * describe them. O(n² m) for n of the smaller side and m of the larger.
 *
 * <p>A pair costs less than {@code limit} or is not made: what a pair saves against the limit is what counts, so leaving
 * both alone is worth as much as a pair at the limit. That is what a matrix extended by {@code limit / 2} gives, at half the size.
 *
 * <p>Threads: for one thread; its arrays are used again from call to call.
 */
public final class Assignment {
    private double[] saved = new double[0];
    private double[] rowPotential = new double[0];
    private double[] columnPotential = new double[0];
    private double[] shortest = new double[0];
    private int[] before = new int[0];
    private int[] rowOf = new int[0];
    private boolean[] reached = new boolean[0];
    private int[] pairs = new int[0];

    /**
     * Solves one problem.
     *
     * @param cost {@code cost[row * columns + column]}, finite
     * @return the column of each row, -1 for none; valid until the next call, and maybe longer than there are rows
     */
    public int[] solve(double[] cost, int rows, int columns, double limit) {
        boolean turned = rows > columns;
        int n = turned ? columns : rows;
        int m = turned ? rows : columns;
        reserve(n, m);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                int at = turned ? column * m + row : row * m + column;
                saved[at] = Math.min(0, cost[row * columns + column] - limit);
            }
        }
        Arrays.fill(rowPotential, 0, n + 1, 0);
        Arrays.fill(columnPotential, 0, m + 1, 0);
        Arrays.fill(rowOf, 0, m + 1, 0);
        for (int row = 1; row <= n; row++) {
            augment(row, m);
        }
        Arrays.fill(pairs, 0, rows, -1);
        for (int j = 1; j <= m; j++) {
            int i = rowOf[j];
            if (i > 0 && saved[(i - 1) * m + j - 1] < 0) {
                pairs[turned ? j - 1 : i - 1] = turned ? i - 1 : j - 1;
            }
        }
        return pairs;
    }

    /** Gives one more row a column, along the path that adds least. Rows and columns count from 1; column 0 is the root. */
    private void augment(int row, int m) {
        Arrays.fill(shortest, 0, m + 1, Double.POSITIVE_INFINITY);
        Arrays.fill(reached, 0, m + 1, false);
        rowOf[0] = row;
        int column = 0;
        while (rowOf[column] != 0) {
            reached[column] = true;
            int i = rowOf[column];
            int base = (i - 1) * m - 1;
            double potential = rowPotential[i];
            double least = Double.POSITIVE_INFINITY;
            int next = 0;
            for (int j = 1; j <= m; j++) {
                if (reached[j]) {
                    continue;
                }
                double reduced = saved[base + j] - potential - columnPotential[j];
                if (reduced < shortest[j]) {
                    shortest[j] = reduced;
                    before[j] = column;
                }
                if (shortest[j] < least) {
                    least = shortest[j];
                    next = j;
                }
            }
            for (int j = 0; j <= m; j++) {
                if (reached[j]) {
                    rowPotential[rowOf[j]] += least;
                    columnPotential[j] -= least;
                } else {
                    shortest[j] -= least;
                }
            }
            column = next;
        }
        while (column != 0) {
            int previous = before[column];
            rowOf[column] = rowOf[previous];
            column = previous;
        }
    }

    private void reserve(int n, int m) {
        if (saved.length < n * m) {
            saved = new double[n * m];
        }
        if (shortest.length < m + 1) {
            int size = Math.max(m + 1, 2 * shortest.length);
            rowPotential = new double[size];
            columnPotential = new double[size];
            shortest = new double[size];
            before = new int[size];
            rowOf = new int[size];
            reached = new boolean[size];
            pairs = new int[size];
        }
    }
}
