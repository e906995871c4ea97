package io.penstock.server.net;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.net.URI;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Decides whether a request may become a WebSocket. */
final class WebSocketUpgrade {
    private static final String VERSION = "13";
    private static final int KEY_BYTES = 16;

    private WebSocketUpgrade() {}

    /** Whether the request asks for one at all. */
    static boolean isAsked(HttpRequest head) {
        return head.method().equals(HttpMethod.GET)
                && head.headers().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                && head.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
    }

    /**
     * Refuses a handshake that is wrong, and one that another site's page makes: a browser lets any page open a
     * WebSocket anywhere, and sends the page's origin along. A client that is no browser sends none.
     */
    static void check(HttpRequest head) {
        HttpHeaders headers = head.headers();
        String version = headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "");
        if (!version.equals(VERSION)) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "sec-websocket-version is '" + shown(version) + "'; it must be 13");
        }
        if (!isKey(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, ""))) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "sec-websocket-key must be 16 bytes in base64");
        }
        String origin = headers.get(HttpHeaderNames.ORIGIN);
        if (origin != null && !isOurs(origin, headers.get(HttpHeaderNames.HOST))) {
            throw new ServingException(
                    ErrorCode.FORBIDDEN,
                    "a page of '" + shown(origin) + "' may not connect here; only a page of this server may");
        }
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isOurs(String origin, @Nullable String host) {
        try {
            URI uri = URI.create(origin);
            String authority = uri.getRawAuthority();
            return host != null
                    && authority != null
                    && withoutPort(uri.getScheme(), authority).equals(withoutPort(uri.getScheme(), host));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** In lower case, and without the port that the scheme has anyway. */
    private static String withoutPort(@Nullable String scheme, String authority) {
        String usual = "https".equalsIgnoreCase(scheme) ? ":443" : ":80";
        String lower = authority.toLowerCase(Locale.ROOT);
        return lower.endsWith(usual) ? lower.substring(0, lower.length() - usual.length()) : lower;
    }

    private static String shown(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }
}
