package io.penstock.app;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Something listed: a table for people, JSON or YAML for programs.
 *
 * @param headings of the table's columns
 * @param cells of the table, a list for each row
 * @param rows the same for programs: what {@link TreeText} writes
 */
record Listing(List<String> headings, List<List<String>> cells, List<Map<String, Object>> rows) {
    /** How a listing is written. */
    enum Format {
        TABLE,
        JSON,
        YAML
    }

    /** Writes it; a table without rows is its headings. */
    void write(PrintWriter out, Format format) {
        switch (format) {
            case TABLE -> table(out, headings, cells);
            case JSON -> out.println(TreeText.json(rows));
            case YAML -> out.println(TreeText.yaml(rows));
        }
    }

    /** Columns as wide as what stands in them, two blanks apart. */
    static void table(PrintWriter out, List<String> headings, List<List<String>> cells) {
        List<List<String>> lines = new ArrayList<>();
        if (!headings.isEmpty()) {
            lines.add(headings);
        }
        lines.addAll(cells);
        int[] widths = new int[lines.stream().mapToInt(List::size).max().orElse(0)];
        for (List<String> line : lines) {
            for (int i = 0; i < line.size(); i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < line.size(); i++) {
                text.append(line.get(i))
                        .append(" ".repeat(widths[i] - line.get(i).length() + 2));
            }
            out.println(text.toString().stripTrailing());
        }
    }
}
