package io.penstock.server.trace;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where traces go, and how many. What the document says comes before the environment's {@code OTEL_*} variables, as
 * OpenTelemetry's specification of exporters and of the SDK's environment names them.
 *
 * @param endpoint takes OTLP over HTTP in protobuf; with its path
 * @param ratio of the requests whose caller does not say whether it is sampled, 0 to 1
 * @param headers sent along, such as a key: never logged
 * @param service {@code service.name}
 */
public record TraceExport(URI endpoint, double ratio, Map<String, String> headers, String service) {
    private static final String PATH = "/v1/traces";

    public TraceExport {
        headers = Map.copyOf(headers);
        if (!(ratio >= 0 && ratio <= 1)) {
            throw new IllegalArgumentException("ratio must be from 0 to 1: " + ratio);
        }
        String scheme = String.valueOf(endpoint.getScheme());
        if (!(scheme.equals("http") || scheme.equals("https")) || endpoint.getHost() == null) {
            throw new IllegalArgumentException("the collector must be an http:// or https:// address");
        }
    }

    /** Headers hold secrets. */
    @Override
    public String toString() {
        return "TraceExport[" + endpoint.getScheme() + "://" + endpoint.getAuthority() + ", ratio=" + ratio + "]";
    }

    /**
     * @param otlp the collector's base address, from the document
     * @param ratio from the document
     * @return empty where nobody names a collector, or {@code OTEL_SDK_DISABLED} is set
     * @throws IllegalArgumentException naming the variable that is wrong
     */
    public static Optional<TraceExport> of(
            Optional<String> otlp, Optional<Double> ratio, Map<String, String> environment) {
        if ("true".equalsIgnoreCase(environment.get("OTEL_SDK_DISABLED"))) {
            return Optional.empty();
        }
        String address = otlp.map(TraceExport::withPath).orElseGet(() -> address(environment));
        if (address.isEmpty()) {
            return Optional.empty();
        }
        String where = otlp.isPresent() ? "tracing.otlp" : "OTEL_EXPORTER_OTLP_ENDPOINT";
        URI endpoint;
        try {
            endpoint = URI.create(address);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + " must be an address such as http://collector:4318", e);
        }
        String service = environment.getOrDefault("OTEL_SERVICE_NAME", "penstock");
        return Optional.of(
                new TraceExport(endpoint, ratio.orElseGet(() -> ratio(environment)), headers(environment), service));
    }

    private static String address(Map<String, String> environment) {
        if ("none".equals(environment.get("OTEL_TRACES_EXPORTER"))) {
            return "";
        }
        String whole = environment.getOrDefault("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "");
        String base = environment.getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", "");
        return whole.isEmpty() && !base.isEmpty() ? withPath(base) : whole;
    }

    private static String withPath(String base) {
        return (base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + PATH;
    }

    private static double ratio(Map<String, String> environment) {
        String sampler = environment.getOrDefault("OTEL_TRACES_SAMPLER", "").toLowerCase(Locale.ROOT);
        if (sampler.endsWith("always_off")) {
            return 0;
        }
        @Nullable String argument = environment.get("OTEL_TRACES_SAMPLER_ARG");
        if (!sampler.endsWith("traceidratio") || argument == null) {
            return 1;
        }
        try {
            return Double.parseDouble(argument);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1: " + argument, e);
        }
    }

    private static Map<String, String> headers(Map<String, String> environment) {
        String given = environment.getOrDefault(
                "OTEL_EXPORTER_OTLP_TRACES_HEADERS", environment.getOrDefault("OTEL_EXPORTER_OTLP_HEADERS", ""));
        Map<String, String> headers = new LinkedHashMap<>();
        for (String pair : given.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                headers.put(
                        pair.substring(0, equals).strip(),
                        java.net.URLDecoder.decode(
                                pair.substring(equals + 1).strip().replace("+", "%2B"),
                                java.nio.charset.StandardCharsets.UTF_8));
            }
        }
        return headers;
    }
}
