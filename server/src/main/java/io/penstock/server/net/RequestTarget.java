package io.penstock.server.net;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import org.jspecify.annotations.Nullable;

/** Reads where a request is meant to go. */
final class RequestTarget {
    private RequestTarget() {}

    /** The path of a request target in origin or absolute form, without its query. */
    static String path(String target) {
        String path = target;
        if (path.startsWith("http://") || path.startsWith("https://")) {
            int slash = path.indexOf('/', path.indexOf("//") + 2);
            path = slash < 0 ? "/" : path.substring(slash);
        }
        int end = path.indexOf('?');
        if (end < 0) {
            end = path.indexOf('#');
        }
        return end < 0 ? path : path.substring(0, end);
    }

    /** The query of a request target, without its question mark; empty where there is none. */
    static String query(String target) {
        int fragment = target.indexOf('#');
        String whole = fragment < 0 ? target : target.substring(0, fragment);
        int start = whole.indexOf('?');
        return start < 0 ? "" : whole.substring(start + 1);
    }

    static void checkHost(HostPolicy hosts, @Nullable String host) {
        if (host != null && !hosts.allows(host)) {
            throw new ServingException(
                    ErrorCode.FORBIDDEN,
                    "the host '" + (host.length() <= 100 ? host : host.substring(0, 100))
                            + "' is not served here; name it in exposure.host");
        }
    }
}
