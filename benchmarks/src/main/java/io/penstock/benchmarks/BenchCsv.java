package io.penstock.benchmarks;

import java.util.List;

/** What {@code penstock bench -o csv} printed: headings, and a line for the one model. */
record BenchCsv(List<String> headings, List<String> cells) {
    static BenchCsv parse(String csv) {
        List<String> lines = csv.lines().toList();
        if (lines.size() < 2) {
            throw new IllegalStateException("no figures in " + csv);
        }
        return new BenchCsv(
                List.of(lines.getFirst().split(",", -1)), List.of(lines.get(1).split(",", -1)));
    }

    double figure(String column) {
        return Double.parseDouble(cells.get(headings.indexOf(column)));
    }
}
