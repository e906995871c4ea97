package io.penstock.server.oip;

import io.penstock.pipeline.ResultJson;
import io.penstock.serving.InferResponse;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Triton's trace settings, of the server and of single models. With {@code trace_level} at {@code TIMESTAMPS} every
 * {@code trace_rate}-th request writes one line of JSON to the log {@value #LOG_NAME}: when it began, was queued, computed
 * and answered, in nanoseconds of the process's clock.
 *
 * <p>Threads: any; a change is seen by the requests that end after it.
 */
final class TraceSettings {
    static final String LOG_NAME = "io.penstock.trace";

    private static final System.Logger LOG = System.getLogger(LOG_NAME);
    private static final String LEVEL = "trace_level";
    private static final String RATE = "trace_rate";
    private static final String COUNT = "trace_count";
    private static final SequencedMap<String, List<String>> STANDARD = standard();

    private final Map<String, Settings> byModel = new ConcurrentHashMap<>();
    private volatile Settings ofServer = new Settings(Map.of());

    private static SequencedMap<String, List<String>> standard() {
        SequencedMap<String, List<String>> all = new LinkedHashMap<>();
        all.put(LEVEL, List.of("OFF"));
        all.put(RATE, List.of("1000"));
        all.put(COUNT, List.of("-1"));
        all.put("log_frequency", List.of("0"));
        all.put("trace_file", List.of(""));
        all.put("trace_mode", List.of("triton"));
        return all;
    }

    /** What was changed, and how many requests it has seen and traced. */
    private static final class Settings {
        final Map<String, List<String>> changed;
        final AtomicLong seen = new AtomicLong();
        final AtomicLong traced = new AtomicLong();

        Settings(Map<String, List<String>> changed) {
            this.changed = Map.copyOf(changed);
        }
    }

    /** @param model empty for the server's own */
    SequencedMap<String, List<String>> settings(String model) {
        SequencedMap<String, List<String>> all = new LinkedHashMap<>(STANDARD);
        all.putAll(ofServer.changed);
        Settings own = model.isEmpty() ? null : byModel.get(model);
        if (own != null) {
            all.putAll(own.changed);
        }
        return all;
    }

    /**
     * Changes some settings.
     *
     * @param model empty for the server's own, which hold for every model that has none of its own
     * @param changes an empty value takes a setting back to what it is without the change
     * @throws ServingException if a setting is not known, or not one that may be changed from outside
     */
    synchronized void update(String model, Map<String, Optional<List<String>>> changes) {
        Settings before = model.isEmpty() ? ofServer : byModel.getOrDefault(model, new Settings(Map.of()));
        Map<String, List<String>> after = new LinkedHashMap<>(before.changed);
        changes.forEach((name, value) -> {
            value.ifPresent(given -> check(name, given));
            if (!STANDARD.containsKey(name)) {
                throw invalid(
                        "there is no trace setting '" + name + "'; there are: " + String.join(", ", STANDARD.keySet()));
            }
            value.ifPresentOrElse(given -> after.put(name, given), () -> after.remove(name));
        });
        if (model.isEmpty()) {
            ofServer = new Settings(after);
        } else {
            byModel.put(model, new Settings(after));
        }
    }

    private static void check(String name, List<String> value) {
        switch (name) {
            case LEVEL -> {
                for (String level : value) {
                    if (!level.equals("OFF") && !level.equals("TIMESTAMPS")) {
                        throw invalid("trace_level must be OFF or TIMESTAMPS: " + level);
                    }
                }
            }
            case RATE -> number(name, value, 1);
            case COUNT -> number(name, value, -1);
            case "log_frequency" -> number(name, value, 0);
            case "trace_file" ->
                throw new ServingException(
                        ErrorCode.UNIMPLEMENTED,
                        "trace_file cannot be changed over the network; traces go to the log " + LOG_NAME);
            case "trace_mode" -> {
                if (!value.equals(List.of("triton"))) {
                    throw invalid("trace_mode must be triton: " + String.join(", ", value));
                }
            }
            default -> {
                return;
            }
        }
    }

    private static void number(String name, List<String> value, long min) {
        String text = value.size() == 1 ? value.getFirst() : "";
        if (!text.matches("-?[0-9]{1,18}") || Long.parseLong(text) < min) {
            throw invalid(name + " must be a whole number, " + min + " or more: " + String.join(", ", value));
        }
    }

    private static ServingException invalid(String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, sentence);
    }

    /**
     * Traces an answered request, if it is its turn.
     *
     * @param startNanos {@link System#nanoTime} when it began
     */
    void answered(String model, String requestId, long startNanos, InferResponse.Timings timings) {
        Settings own = byModel.get(model);
        Settings counted = own == null ? ofServer : own;
        if (own == null && counted.changed.isEmpty()) {
            return;
        }
        SequencedMap<String, List<String>> settings = settings(model);
        if (!setting(settings, LEVEL).equals("TIMESTAMPS")) {
            return;
        }
        long rate = Long.parseLong(setting(settings, RATE));
        long most = Long.parseLong(setting(settings, COUNT));
        if (counted.seen.incrementAndGet() % rate != 0 || (most >= 0 && counted.traced.incrementAndGet() > most)) {
            return;
        }
        LOG.log(System.Logger.Level.INFO, line(model, requestId, startNanos, timings, System.nanoTime()));
    }

    private static String setting(Map<String, List<String>> settings, String name) {
        return settings.getOrDefault(name, List.of("")).getFirst();
    }

    static String line(String model, String requestId, long start, InferResponse.Timings timings, long end) {
        StringBuilder out = new StringBuilder(256).append("{\"id\":");
        ResultJson.string(out, requestId);
        ResultJson.string(out.append(",\"model_name\":"), model);
        long computed = Math.min(end, start + timings.queueNanos() + timings.computeNanos());
        long[] times = {start, Math.min(end, start + timings.queueNanos()), computed, end};
        String[] names = {"REQUEST_START", "COMPUTE_START", "COMPUTE_END", "REQUEST_END"};
        out.append(",\"timestamps\":[");
        for (int i = 0; i < times.length; i++) {
            out.append(i == 0 ? "" : ",").append("{\"name\":\"").append(names[i]);
            out.append("\",\"ns\":").append(times[i]).append('}');
        }
        return out.append("]}").toString();
    }
}
