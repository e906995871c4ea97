package io.penstock.server.page;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What a viewer asks for in one message; what is absent stays as it was.
 *
 * @param subscribe replaces all streams that it saw before
 * @param stats whether it wants the figures each second
 */
record ViewerRequest(Optional<Set<Subscription>> subscribe, Optional<Boolean> stats) {
    static final int MAX_SUBSCRIPTIONS = 256;

    private static final JsonFactory JSON = new JsonFactory();

    ViewerRequest {
        subscribe = subscribe.map(Set::copyOf);
    }

    /** @throws ServingException with {@code INVALID_REQUEST} if it is no such message */
    static ViewerRequest read(String text) {
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw refused("a message is a JSON object with 'subscribe' or 'stats'");
            }
            Optional<Set<Subscription>> subscribe = Optional.empty();
            Optional<Boolean> stats = Optional.empty();
            for (String member = json.nextFieldName(); member != null; member = json.nextFieldName()) {
                switch (member) {
                    case "subscribe" -> subscribe = Optional.of(subscriptions(json));
                    case "stats" -> {
                        if (!json.nextToken().isBoolean()) {
                            throw refused("stats must be true or false");
                        }
                        stats = Optional.of(json.getBooleanValue());
                    }
                    default -> throw refused("'" + shown(member) + "' is not known; there are subscribe and stats");
                }
            }
            if (json.nextToken() != null) {
                throw refused("a message is one JSON object and nothing behind it");
            }
            return new ViewerRequest(subscribe, stats);
        } catch (IOException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "the message is not JSON", e);
        }
    }

    private static Set<Subscription> subscriptions(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_ARRAY) {
            throw refused("subscribe must be a list");
        }
        Set<Subscription> all = new LinkedHashSet<>();
        for (JsonToken next = json.nextToken(); next != JsonToken.END_ARRAY; next = json.nextToken()) {
            if (next != JsonToken.START_OBJECT) {
                throw refused("an entry of subscribe is an object with pipeline, stream and view");
            }
            all.add(subscription(json));
            if (all.size() > MAX_SUBSCRIPTIONS) {
                throw refused("subscribe has at most " + MAX_SUBSCRIPTIONS + " entries");
            }
        }
        return all;
    }

    private static Subscription subscription(JsonParser json) throws IOException {
        String pipeline = "";
        String stream = "";
        String view = "full";
        for (String member = json.nextFieldName(); member != null; member = json.nextFieldName()) {
            String value = json.nextTextValue();
            if (value == null) {
                throw refused("'" + shown(member) + "' must be a string");
            }
            switch (member) {
                case "pipeline" -> pipeline = value;
                case "stream" -> stream = value;
                case "view" -> view = value;
                default -> throw refused("'" + shown(member) + "' is not known; there are pipeline, stream and view");
            }
        }
        String wanted = view;
        return new Subscription(
                pipeline,
                stream,
                Subscription.View.of(wanted)
                        .orElseThrow(() -> refused("view is '" + shown(wanted) + "'; it must be full or tile")));
    }

    private static String shown(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }

    private static ServingException refused(String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, sentence);
    }
}
