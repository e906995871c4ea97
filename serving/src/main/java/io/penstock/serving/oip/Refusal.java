package io.penstock.serving.oip;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;

/** Makes the exceptions by which a request is refused. */
final class Refusal {
    private static final int SHOWN = 80;

    private Refusal() {}

    static ServingException invalid(String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, sentence);
    }

    static ServingException absent(String sentence) {
        return new ServingException(ErrorCode.UNIMPLEMENTED, sentence);
    }

    /** What a caller wrote, short enough for a message. */
    static String shown(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
