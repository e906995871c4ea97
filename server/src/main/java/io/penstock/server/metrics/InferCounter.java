package io.penstock.server.metrics;

import io.penstock.server.net.ErrorStatus;
import io.penstock.serving.Begun;
import io.penstock.serving.Model;
import io.penstock.serving.call.ServingException;
import io.penstock.spec.MetricName;
import io.prometheus.metrics.core.metrics.Counter;
import java.util.Optional;
import java.util.function.Supplier;

/** Counts inference requests by model, protocol and outcome. Any number of threads may use it at once. */
public final class InferCounter {
    private final Counter requests = Counter.builder()
            .name(MetricName.INFER_REQUESTS.metricName())
            .help(MetricName.INFER_REQUESTS.help())
            .labelNames(MetricName.INFER_REQUESTS.labels().toArray(String[]::new))
            // Their sampler asks OpenTelemetry for the current trace at each increment, and so loads it.
            .withoutExemplars()
            .build();

    /** A call whose outcome is counted. */
    @FunctionalInterface
    public interface Call<R, X extends Exception> {
        R run() throws X;
    }

    /** Runs {@code call} and counts how it ended. */
    public <R, X extends Exception> R counting(Model model, String protocol, Call<R, X> call) throws X {
        String outcome = "internal";
        try {
            R answer = call.run();
            outcome = "success";
            return answer;
        } catch (ServingException e) {
            outcome = ErrorStatus.outcome(e.code());
            throw e;
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                outcome = "cancelled";
            }
            throw e;
        } finally {
            count(model, protocol, outcome);
        }
    }

    /** Runs what begins a call, and counts it only where it is refused; what became of it is counted when it ends. */
    public Optional<Begun> beginning(Model model, String protocol, Supplier<Optional<Begun>> call) {
        try {
            return call.get().map(begun -> begun.then(() -> abandoned(model, protocol)));
        } catch (ServingException e) {
            failed(model, protocol, e);
            throw e;
        }
    }

    public void failed(Model model, String protocol, ServingException failure) {
        count(model, protocol, ErrorStatus.outcome(failure.code()));
    }

    /** Nobody waited for its answer any more. */
    public void abandoned(Model model, String protocol) {
        count(model, protocol, "cancelled");
    }

    private void count(Model model, String protocol, String outcome) {
        requests.labelValues(model.name(), model.version(), protocol, outcome).inc();
    }

    Counter collector() {
        return requests;
    }
}
