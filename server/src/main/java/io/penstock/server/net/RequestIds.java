package io.penstock.server.net;

import io.penstock.serving.call.RequestId;
import java.util.Optional;

/** The id by which a request is found in logs and answers. */
final class RequestIds {
    static final String HEADER = "x-request-id";
    private static final int MAX_LENGTH = 128;

    private RequestIds() {}

    /** The caller's own if it is fit to be logged, else a new one. */
    static String of(Optional<String> given) {
        return given.filter(RequestIds::isFit).orElseGet(RequestIds::newId);
    }

    private static boolean isFit(String id) {
        return !id.isEmpty() && id.length() <= MAX_LENGTH && isPrintable(id);
    }

    private static boolean isPrintable(String id) {
        for (int i = 0; i < id.length(); i++) {
            if (id.charAt(i) <= ' ' || id.charAt(i) >= 0x7F) {
                return false;
            }
        }
        return true;
    }

    static String newId() {
        return RequestId.next();
    }
}
