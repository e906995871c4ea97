package io.penstock.app;

import java.util.ArrayList;
import java.util.List;

/** Seeds as the command line writes them: {@code 7}, {@code 1000-1009}, {@code 1,5,9}. */
final class Seeds {
    private static final int MOST = 100_000;

    private Seeds() {}

    /** @throws CommandException saying what is allowed */
    static List<Long> parse(String text) {
        List<Long> seeds = new ArrayList<>();
        try {
            for (String part : text.split(",", -1)) {
                int dash = part.indexOf('-', 1);
                long first = Long.parseLong(dash < 0 ? part : part.substring(0, dash));
                long last = dash < 0 ? first : Long.parseLong(part.substring(dash + 1));
                if (last < first || last - first >= MOST) {
                    throw new NumberFormatException(part);
                }
                for (long seed = first; seed <= last; seed++) {
                    seeds.add(seed);
                }
            }
        } catch (NumberFormatException e) {
            throw new CommandException(ExitCode.USAGE, "--seed takes 7, 1000-1009 or 1,5,9, not " + text, e);
        }
        return seeds;
    }
}
