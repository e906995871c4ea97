package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.server.net.ErrorStatus;
import io.penstock.serving.call.ErrorCode;
import io.penstock.spec.MetricName;
import io.penstock.spec.SpecReference;
import io.penstock.spec.SpecSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pages that are made from code say what the code says. {@code -Dpenstock.rewrite=true} writes them anew. */
class GeneratedDocsTest {
    private static final String MADE = "Made from the code; `./mvnw -pl app -am test -Dtest=GeneratedDocsTest"
            + " -Dpenstock.rewrite=true` writes it anew.\n\n";

    @Test
    void pagesSayWhatTheCodeSays() throws IOException {
        Map<String, String> pages = Map.of(
                "docs/spec.md", SpecReference.markdown(),
                "docs/penstock.schema.json", SpecSchema.json(),
                "docs/errors.md", errors(),
                "docs/metrics.md", metrics());
        for (Map.Entry<String, String> page : pages.entrySet()) {
            Path file = Checkout.root().resolve(page.getKey());
            if (Boolean.getBoolean("penstock.rewrite")) {
                Files.writeString(file, page.getValue());
            }
            assertThat(file)
                    .as("%s; write it anew with -Dpenstock.rewrite=true", file)
                    .hasContent(page.getValue());
        }
    }

    private static String errors() {
        StringBuilder page = new StringBuilder("# Errors\n\n").append(MADE);
        page.append("""
                A sentence says what is wrong, the value, and what is allowed: over HTTP as `{"error": "…"}`, over gRPC as the
                status' message. The response header `x-request-id` names the request in the log. No answer holds a stack
                trace.

                | error | HTTP | gRPC | means | what to do |
                | --- | --- | --- | --- | --- |
                """);
        for (ErrorCode code : ErrorCode.values()) {
            page.append(String.format(
                    Locale.ROOT,
                    "| `%s` | %d | %d | %s | %s |%n",
                    ErrorStatus.outcome(code),
                    ErrorStatus.http(code),
                    ErrorStatus.grpc(code),
                    code.meaning(),
                    code.advice()));
        }
        page.append("\n## What a command ends with\n\n| exit code | means |\n| --- | --- |\n");
        for (ExitCode code : ExitCode.values()) {
            page.append("| ")
                    .append(code.number())
                    .append(" | ")
                    .append(code.meaning())
                    .append(" |\n");
        }
        return page.toString();
    }

    private static String metrics() {
        StringBuilder page = new StringBuilder("# Metrics\n\n").append(MADE);
        page.append("""
                `GET /metrics` answers in Prometheus' text format, and in OpenMetrics where the scraper accepts it. Units are
                base units; labels are few and bounded. Beside our own names stand those that Triton's dashboards ask for.

                | metric | type | labels | what it counts |
                | --- | --- | --- | --- |
                """);
        for (MetricName metric : MetricName.values()) {
            page.append("| `")
                    .append(metric.metricName())
                    .append("` | ")
                    .append(metric.type().name().toLowerCase(Locale.ROOT))
                    .append(" | ")
                    .append(metric.labels().isEmpty() ? "" : "`" + String.join("`, `", metric.labels()) + "`")
                    .append(" | ")
                    .append(metric.help())
                    .append(" |\n");
        }
        return page.toString();
    }
}
