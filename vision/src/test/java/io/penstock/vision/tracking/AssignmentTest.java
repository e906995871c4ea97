package io.penstock.vision.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AssignmentTest {
    private final Assignment assignment = new Assignment();

    @Test
    void findsWhatTryingAllFinds() {
        Random random = new Random(3);
        for (int i = 0; i < 3000; i++) {
            int rows = random.nextInt(7);
            int columns = random.nextInt(7);
            double[] cost = new double[rows * columns];
            for (int at = 0; at < cost.length; at++) {
                // Ties are the rule where boxes do not meet; negative costs come from worths.
                cost[at] = random.nextInt(3) == 0 ? 1 : random.nextDouble() * 2 - 0.5;
            }
            double limit = random.nextDouble() * 1.5;
            int[] pairs = assignment.solve(cost, rows, columns, limit);
            assertThat(saved(pairs, cost, rows, columns, limit))
                    .as("problem " + i)
                    .isCloseTo(best(cost, rows, columns, limit, 0, 0), within(1e-9));
        }
    }

    /** What is saved against the limit; fails where a column is given twice, or a pair is not worth being made. */
    private static double saved(int[] pairs, double[] cost, int rows, int columns, double limit) {
        boolean[] taken = new boolean[columns];
        double saved = 0;
        for (int row = 0; row < rows; row++) {
            if (pairs[row] >= 0) {
                assertThat(taken[pairs[row]]).isFalse();
                taken[pairs[row]] = true;
                assertThat(cost[row * columns + pairs[row]]).isLessThan(limit);
                saved += limit - cost[row * columns + pairs[row]];
            }
        }
        return saved;
    }

    private static double best(double[] cost, int rows, int columns, double limit, int row, int taken) {
        if (row == rows) {
            return 0;
        }
        double best = best(cost, rows, columns, limit, row + 1, taken);
        for (int column = 0; column < columns; column++) {
            if ((taken & 1 << column) == 0) {
                double saved = limit - cost[row * columns + column];
                best = Math.max(best, saved + best(cost, rows, columns, limit, row + 1, taken | 1 << column));
            }
        }
        return best;
    }

    @Test
    void solvesALargeProblemWhoseAnswerIsKnown() {
        int size = 300;
        double[] cost = new double[size * size];
        Random random = new Random(4);
        for (int row = 0; row < size; row++) {
            for (int column = 0; column < size; column++) {
                cost[row * size + column] = column == (row * 7 + 5) % size ? 0.1 : 0.2 + random.nextDouble();
            }
        }
        int[] pairs = assignment.solve(cost, size, size, 10);
        for (int row = 0; row < size; row++) {
            assertThat(pairs[row]).isEqualTo((row * 7 + 5) % size);
        }
    }
}
