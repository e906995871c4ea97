package io.penstock.app;

import io.penstock.serving.FetchProgress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * How far a long piece of work is, on standard error: one line that is written over on a terminal, and elsewhere a line
 * at the start and one at the end. It never takes more than the width of the terminal, so that it never wraps.
 *
 * <p>Threads: any; several pieces of work at once share the line, and the last that moved is shown.
 */
final class ProgressBar implements FetchProgress {
    private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();
    private static final String CLEAR = "\r\u001B[K";
    private static final int LEAST_BAR = 8;
    private static final int MOST_BAR = 40;
    private static final int LEAST_NAME = 8;

    private final PrintWriter err;
    private final Terminal terminal;
    private final Unit unit;
    private String name = "";
    private long total;
    private long done;
    private long begunNanos;
    private long drawnNanos;
    private boolean isRunning;
    private boolean isDrawn;

    /** What is counted. */
    enum Unit {
        BYTES,
        ITEMS
    }

    ProgressBar(PrintWriter err, Terminal terminal, Unit unit) {
        this.err = err;
        this.terminal = terminal;
        this.unit = unit;
    }

    /** Shows models that are fetched. */
    static ProgressBar ofFetches(Console console) {
        return new ProgressBar(console.err(), Terminal.ofStandardError(System.getenv()), Unit.BYTES);
    }

    @Override
    public synchronized void started(String what, long totalCount) {
        name = what;
        total = totalCount;
        done = 0;
        begunNanos = System.nanoTime();
        isRunning = true;
        if (terminal.isInteractive()) {
            draw();
        } else {
            err.println(name + ": 0" + (total < 0 ? "" : " of " + count(total)));
        }
    }

    @Override
    public synchronized void advanced(long count) {
        done = count;
        if (isRunning && terminal.isInteractive() && System.nanoTime() - drawnNanos >= REDRAW_NANOS) {
            draw();
        }
    }

    @Override
    public synchronized void done() {
        if (isRunning) {
            clear();
            if (!terminal.isInteractive() || unit == Unit.BYTES) {
                err.println(name + ": " + count(done) + " in " + String.format(Locale.ROOT, "%.1f s", seconds()));
            }
        }
        isRunning = false;
    }

    @Override
    public synchronized void failed() {
        clear();
        if (isRunning && !terminal.isInteractive()) {
            err.println(name + ": stopped at " + count(done));
        }
        isRunning = false;
    }

    @Override
    public synchronized void notice(String sentence) {
        clear();
        err.println("penstock: " + sentence);
    }

    /** Takes the line away, so that something else can be written; the next advance brings it back. */
    synchronized void clear() {
        if (isDrawn) {
            err.print(CLEAR);
            err.flush();
            isDrawn = false;
            drawnNanos = 0;
        }
    }

    private void draw() {
        drawnNanos = System.nanoTime();
        String line =
                line(name, unit, done, total, seconds(), terminal.columns().getAsInt());
        err.print(CLEAR + (terminal.isColoured() ? coloured(line) : line));
        err.flush();
        isDrawn = true;
    }

    private double seconds() {
        return (System.nanoTime() - begunNanos) * 1e-9;
    }

    private String count(long value) {
        return unit == Unit.BYTES ? HumanSize.text(value) : Long.toString(value);
    }

    /**
     * The line for a width, at most one column less than that: some terminals wrap once the last one is taken. Where it is
     * narrow, the speed goes first, then the amount, then the bar.
     */
    static String line(String name, Unit unit, long done, long total, double seconds, int columns) {
        int room = Math.max(1, columns - 1);
        List<String> rights = rights(unit, done, total, seconds);
        String right = rights.stream()
                .filter(text -> room - text.length() - 1 >= LEAST_NAME + LEAST_BAR + 3)
                .findFirst()
                .orElse(rights.getLast());
        int left = room - right.length() - 1;
        if (left < 2) {
            return shortened(right.strip(), room);
        }
        if (total <= 0 || left < LEAST_NAME + LEAST_BAR + 3) {
            return shortened(name, left) + " " + right;
        }
        String shown = shortened(name, left - LEAST_BAR - 3);
        int width = Math.min(MOST_BAR, left - shown.length() - 3);
        int filled = (int) Math.round(part(done, total) * width);
        return shown + " [" + "=".repeat(filled) + " ".repeat(width - filled) + "] " + right;
    }

    /** What stands at the right, from all there is to tell to the least. */
    private static List<String> rights(Unit unit, long done, long total, double seconds) {
        String amount = unit == Unit.BYTES
                ? HumanSize.text(done) + (total < 0 ? "" : "/" + HumanSize.text(total))
                : done + (total < 0 ? "" : "/" + total);
        double rate = seconds > 0 ? done / seconds : 0;
        String speed = unit == Unit.BYTES
                ? "  " + HumanSize.text((long) rate) + "/s"
                : String.format(Locale.ROOT, "  %.1f/s", rate);
        if (total <= 0) {
            return List.of(amount + speed, amount);
        }
        String percent = String.format(Locale.ROOT, "%3d%%", (int) (100 * part(done, total)));
        return List.of(percent + " " + amount + speed, percent + " " + amount, percent);
    }

    private static double part(long done, long total) {
        return Math.clamp((double) done / total, 0, 1);
    }

    private static String shortened(String text, int length) {
        return text.length() <= length
                ? text
                : length < 3 ? text.substring(0, length) : text.substring(0, length - 2) + "..";
    }

    private static String coloured(String line) {
        int open = line.indexOf(" [=");
        int close = line.indexOf(']', Math.max(0, open));
        int end = line.lastIndexOf('=', close) + 1;
        return open < 0 || end <= open
                ? line
                : line.substring(0, open + 2) + "\u001B[36m" + line.substring(open + 2, end) + "\u001B[0m"
                        + line.substring(end);
    }
}
