package io.penstock.server.trace;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** W3C's Trace Context as headers or attributes of an event, and as OpenTelemetry has it. */
final class TraceContext {
    static final String PARENT = "traceparent";

    private static final W3CTraceContextPropagator FORM = W3CTraceContextPropagator.getInstance();

    private TraceContext() {}

    /** Looks members up in whatever knows them by name; absent is null. */
    private enum Members implements TextMapGetter<Function<String, @Nullable String>> {
        FINDER;

        @Override
        public @Nullable String get(@Nullable Function<String, @Nullable String> members, String name) {
            return members == null ? null : members.apply(name);
        }
    }

    /** The root where there is no context in it, or a malformed one. */
    static Context read(Function<String, @Nullable String> members) {
        return FORM.extract(Context.root(), members, Members.FINDER);
    }

    static Map<String, String> write(Context context) {
        Map<String, String> members = new LinkedHashMap<>();
        FORM.inject(context, members, (carrier, name, value) -> {
            if (carrier != null) {
                carrier.put(name, value);
            }
        });
        return members;
    }
}
