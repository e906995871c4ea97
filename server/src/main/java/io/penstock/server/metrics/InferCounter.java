package io.penstock.server.metrics;

import io.penstock.server.net.ErrorStatus;
import io.penstock.serving.Model;
import io.penstock.serving.call.ServingException;
import io.penstock.spec.MetricName;
import io.prometheus.metrics.core.metrics.Counter;

/** Counts inference requests by model, protocol and outcome. Any number of threads may use it at once. */
public final class InferCounter {
    private final Counter requests = Counter.builder()
            .name(MetricName.INFER_REQUESTS.metricName())
            .help(MetricName.INFER_REQUESTS.help())
            .labelNames(MetricName.INFER_REQUESTS.labels().toArray(String[]::new))
            .build();

    /** A call whose outcome is counted. */
    @FunctionalInterface
    public interface Call<R> {
        R run() throws InterruptedException;
    }

    /** Runs {@code call} and counts how it ended. */
    public <R> R counting(Model model, String protocol, Call<R> call) throws InterruptedException {
        String outcome = "internal";
        try {
            R answer = call.run();
            outcome = "success";
            return answer;
        } catch (ServingException e) {
            outcome = ErrorStatus.outcome(e.code());
            throw e;
        } catch (InterruptedException e) {
            outcome = "cancelled";
            throw e;
        } finally {
            requests.labelValues(model.name(), model.version(), protocol, outcome)
                    .inc();
        }
    }

    Counter collector() {
        return requests;
    }
}
