package io.penstock.conformance;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What came of a suite, for people, programs and build servers. */
public final class ConformanceReport {
    private final URI address;
    private final Map<String, String> server;
    private final List<String> extensions;
    private final List<CheckResult> results;

    ConformanceReport(URI address, Map<String, String> server, List<String> extensions, List<CheckResult> results) {
        this.address = address;
        this.server = server;
        this.extensions = List.copyOf(extensions);
        this.results = List.copyOf(results);
    }

    /** How a report is written. */
    public enum Format {
        TABLE,
        JSON,
        JUNIT
    }

    /** Whether no check that every server must pass failed. */
    public boolean isConformant() {
        return failed(Check.Level.MUST) == 0;
    }

    /** The ids of the checks that failed. */
    public List<String> failures() {
        return results.stream()
                .filter(result -> result.verdict() == CheckResult.Verdict.FAILED)
                .map(result -> result.check().id())
                .toList();
    }

    /** How many checks passed. */
    public long passed() {
        return results.stream()
                .filter(result -> result.verdict() == CheckResult.Verdict.PASSED)
                .count();
    }

    List<CheckResult> results() {
        return results;
    }

    private long failed(Check.Level level) {
        return count(level, CheckResult.Verdict.FAILED);
    }

    private long count(Check.Level level, CheckResult.Verdict verdict) {
        return results.stream()
                .filter(result -> result.check().level() == level && result.verdict() == verdict)
                .count();
    }

    public String text(Format format) {
        return switch (format) {
            case TABLE -> table();
            case JSON -> json();
            case JUNIT -> junit();
        };
    }

    private String head() {
        return server.get("name") + " " + server.get("version") + " at " + address;
    }

    private String table() {
        StringBuilder out = new StringBuilder(head()).append("\n\n");
        int width = results.stream()
                .mapToInt(result -> result.check().id().length())
                .max()
                .orElse(0);
        for (CheckResult result : results) {
            Check check = result.check();
            String verdict = result.verdict().name().toLowerCase(Locale.ROOT);
            out.append(verdict).append("  ").append(check.id());
            out.append(" ".repeat(width - check.id().length() + 2));
            out.append(lower(check.level()))
                    .append(" ".repeat(11 - check.level().name().length()));
            out.append(check.expected()).append('\n');
            if (!result.cause().isEmpty()) {
                out.append(" ".repeat(9))
                        .append(result.verdict() == CheckResult.Verdict.FAILED ? "came: " : "because: ")
                        .append(result.cause())
                        .append('\n');
            }
        }
        out.append('\n');
        for (Check.Level level : Check.Level.values()) {
            out.append(lower(level)).append(": ").append(counts(level)).append('\n');
        }
        return out.append(isConformant() ? "Every must that applies holds.\n" : "Not conformant: a must fails.\n")
                .toString();
    }

    private String counts(Check.Level level) {
        return count(level, CheckResult.Verdict.PASSED) + " passed, " + failed(level) + " failed, "
                + count(level, CheckResult.Verdict.SKIPPED) + " skipped";
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private String json() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("address", address.toString());
        report.put("server", server);
        report.put("extensions", extensions);
        report.put("conformant", isConformant());
        List<Object> checks = new ArrayList<>();
        for (CheckResult result : results) {
            Map<String, Object> check = new LinkedHashMap<>();
            check.put("id", result.check().id());
            check.put("level", lower(result.check().level()));
            check.put("verdict", lower(result.verdict()));
            check.put("expected", result.check().expected());
            if (!result.cause().isEmpty()) {
                check.put(result.verdict() == CheckResult.Verdict.FAILED ? "came" : "because", result.cause());
            }
            check.put("seconds", seconds(result));
            checks.add(check);
        }
        report.put("checks", checks);
        return Json.write(report) + "\n";
    }

    private static double seconds(CheckResult result) {
        return Math.round(result.took().toNanos() / 1e6) / 1e3;
    }

    /** One suite whose cases are the checks; a should that fails is a case with a skipped mark, so that builds stay green. */
    private String junit() {
        StringBuilder cases = new StringBuilder();
        long failures = 0;
        long skipped = 0;
        double seconds = 0;
        for (CheckResult result : results) {
            boolean isFailure = result.verdict() == CheckResult.Verdict.FAILED
                    && result.check().level() == Check.Level.MUST;
            boolean isSkipped = !isFailure && result.verdict() != CheckResult.Verdict.PASSED;
            failures += isFailure ? 1 : 0;
            skipped += isSkipped ? 1 : 0;
            seconds += seconds(result);
            cases.append("  <testcase classname=\"oip.")
                    .append(lower(result.check().level()));
            cases.append("\" name=\"")
                    .append(escaped(result.check().id() + " " + result.check().expected()));
            cases.append("\" time=\"").append(seconds(result)).append("\">");
            if (isFailure) {
                cases.append("<failure message=\"")
                        .append(escaped(result.cause()))
                        .append("\"/>");
            } else if (isSkipped) {
                String why = result.verdict() == CheckResult.Verdict.FAILED
                        ? "not binding, came: " + result.cause()
                        : result.cause();
                cases.append("<skipped message=\"").append(escaped(why)).append("\"/>");
            }
            cases.append("</testcase>\n");
        }
        return String.format(
                        Locale.ROOT,
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>%n<testsuite name=\"%s\" tests=\"%d\" failures=\"%d\""
                                + " errors=\"0\" skipped=\"%d\" time=\"%.3f\">%n",
                        escaped("Open Inference Protocol: " + head()),
                        results.size(),
                        failures,
                        skipped,
                        seconds)
                + cases + "</testsuite>\n";
    }

    /** Without what XML 1.0 has no form for. */
    private static String escaped(String text) {
        return text.replaceAll("[^\\u0020-\\uD7FF\\uE000-\\uFFFD]", "\uFFFD")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace("\"", "&quot;");
    }
}
