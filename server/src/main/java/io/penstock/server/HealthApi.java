package io.penstock.server;

import io.penstock.server.net.Access;
import io.penstock.server.net.HttpReply;
import io.penstock.server.net.Router;
import java.util.List;
import java.util.function.Supplier;

/** {@code /livez}, {@code /readyz}, {@code /healthz}: a status, and the reasons one a line. */
final class HealthApi {
    private final Supplier<List<String>> reasons;

    /** @param reasons why the server is not ready; empty when it is */
    HealthApi(Supplier<List<String>> reasons) {
        this.reasons = reasons;
    }

    void addTo(Router router) {
        router.add("GET", "/livez", Access.KNOWN, (request, v) -> HttpReply.text(200, "live\n"));
        router.add("GET", "/readyz", Access.KNOWN, (request, v) -> ready());
        router.add("GET", "/healthz", Access.KNOWN, (request, v) -> ready());
    }

    private HttpReply ready() {
        List<String> now = reasons.get();
        return now.isEmpty()
                ? HttpReply.text(200, "ready\n")
                : HttpReply.text(503, String.join("\n", now) + "\n").with("retry-after", "1");
    }
}
