package io.penstock.conformance;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds a server against the Open Inference Protocol: groups A (the core), B (binary tensors), C (gRPC), D (Triton's
 * extensions) and E (load and limits).
 *
 * @param address of its REST side
 * @param grpc as {@code host:port}; empty to look for gRPC at the REST side's own address
 * @param model to ask where any model will do; empty to take one that the server lists
 */
public record ConformanceSuite(URI address, Optional<String> grpc, Optional<String> model) {
    /**
     * Runs every check that applies, one after the other.
     *
     * @throws IOException if nothing answers at the address
     */
    public ConformanceReport run() throws IOException, InterruptedException {
        try (Subject subject = Subject.of(new HttpSide(address), grpcSide(), model)) {
            // Asked before the checks: a server that one of them ends can be named, and what it did be reported.
            Map<String, String> identity = subject.identity();
            List<CheckResult> results = new ArrayList<>();
            for (Check check : checks()) {
                results.add(run(check, subject));
            }
            return new ConformanceReport(address, identity, subject.extensions(), results);
        }
    }

    static List<Check> checks() {
        List<Check> checks = new ArrayList<>();
        checks.addAll(ServerChecks.all());
        checks.addAll(RoundTripChecks.all());
        checks.addAll(RequestChecks.all());
        checks.addAll(RefusalChecks.all());
        checks.addAll(BinaryChecks.all());
        checks.addAll(GrpcChecks.all());
        checks.addAll(ExtensionChecks.all());
        checks.addAll(LoadChecks.all());
        return checks;
    }

    private Optional<GrpcSide> grpcSide() {
        boolean isTls = "https".equals(address.getScheme());
        int port = address.getPort() > 0 ? address.getPort() : isTls ? 443 : 80;
        GrpcSide side = new GrpcSide(grpc.orElse(address.getHost() + ":" + port), isTls);
        if (grpc.isPresent() || side.answers()) {
            return Optional.of(side);
        }
        side.close();
        return Optional.empty();
    }

    private static CheckResult run(Check check, Subject subject) throws InterruptedException {
        long begun = System.nanoTime();
        CheckResult.Verdict verdict;
        String cause = "";
        if (!check.extensions().isEmpty() && check.extensions().stream().noneMatch(subject.extensions()::contains)) {
            return new CheckResult(
                    check,
                    CheckResult.Verdict.SKIPPED,
                    "the server does not list " + String.join(" or ", check.extensions()),
                    Duration.ZERO);
        }
        try {
            check.probe().run(subject);
            verdict = CheckResult.Verdict.PASSED;
        } catch (Inapplicable e) {
            verdict = CheckResult.Verdict.SKIPPED;
            cause = String.valueOf(e.getMessage());
        } catch (Mismatch e) {
            verdict = CheckResult.Verdict.FAILED;
            cause = String.valueOf(e.getMessage());
        } catch (StatusRuntimeException e) {
            verdict = CheckResult.Verdict.FAILED;
            cause = "gRPC status " + Mismatch.shown(e.getMessage() == null ? "" : e.getMessage());
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            // Here one check ends: a server that breaks connections fails it, and the next one is asked.
            verdict = CheckResult.Verdict.FAILED;
            cause = Mismatch.shown(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
        return new CheckResult(check, verdict, cause, Duration.ofNanos(System.nanoTime() - begun));
    }
}
