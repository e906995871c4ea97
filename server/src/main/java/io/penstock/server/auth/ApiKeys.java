package io.penstock.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.penstock.server.net.Admission;
import io.penstock.server.net.Caller;
import io.penstock.server.net.RequestHeaders;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Lets in who has a key, and nobody else but probes. A program sends {@code authorization: Bearer KEY}; a browser asks
 * its person, and sends the key as the password of HTTP's Basic scheme (RFC 7617). Because a browser adds that to what
 * pages of other sites ask of us, too, such a request must come from our own page.
 *
 * <p>Threads: any.
 */
public final class ApiKeys implements Admission {
    private static final Set<String> PROBES = Set.of("/livez", "/readyz", "/healthz");
    private static final Set<String> OWN_PAGE = Set.of("same-origin", "none");

    private final List<Known> known;

    /** No record, for an array has no value of its own. */
    private static final class Known {
        private final byte[] sha256;
        private final Caller caller;

        private Known(byte[] sha256, Caller caller) {
            this.sha256 = sha256;
            this.caller = caller;
        }
    }

    public ApiKeys(List<ApiKey> keys) {
        this(keys, System::nanoTime);
    }

    ApiKeys(List<ApiKey> keys, LongSupplier nanoTime) {
        this.known = keys.stream()
                .map(key -> new Known(HexFormat.of().parseHex(key.sha256()), caller(key, nanoTime)))
                .toList();
    }

    private static Caller caller(ApiKey key, LongSupplier nanoTime) {
        if (key.requestsPerSecond().isEmpty()) {
            return new Caller(key.name(), key.models(), key.control(), () -> {});
        }
        int most = key.requestsPerSecond().getAsInt();
        RateLimit limit = new RateLimit(most, nanoTime);
        return new Caller(key.name(), key.models(), key.control(), () -> {
            if (!limit.take()) {
                throw new ServingException(
                        ErrorCode.RATE_LIMITED,
                        "the key of '" + key.name() + "' may send " + most + " requests a second, and sent more");
            }
        });
    }

    @Override
    public Caller admit(RequestHeaders headers, String method, String path) {
        if (PROBES.contains(path)) {
            return Caller.UNKNOWN;
        }
        String given = headers.find("authorization").orElse("").strip();
        int space = given.indexOf(' ');
        String scheme = space < 0 ? "" : given.substring(0, space).toLowerCase(Locale.ROOT);
        String credentials = given.substring(space + 1).strip();
        Caller caller;
        if (scheme.equals("bearer")) {
            caller = find(credentials);
        } else if (scheme.equals("basic")) {
            caller = find(password(credentials));
            checkOwnPage(headers, method);
        } else {
            throw unauthenticated("this server asks for a key: send the header authorization: Bearer KEY");
        }
        caller.pace().run();
        return caller;
    }

    /** Compares with every key, each in constant time, so that time tells nothing about any. */
    private Caller find(String key) {
        byte[] hash = sha256(key);
        Optional<Caller> found = Optional.empty();
        for (Known each : known) {
            if (MessageDigest.isEqual(each.sha256, hash)) {
                found = Optional.of(each.caller);
            }
        }
        return found.orElseThrow(() -> unauthenticated("the key is not known here"));
    }

    private static String password(String credentials) {
        try {
            String pair = new String(Base64.getDecoder().decode(credentials), UTF_8);
            return pair.substring(pair.indexOf(':') + 1);
        } catch (IllegalArgumentException e) {
            throw unauthenticated("the credentials are not base64");
        }
    }

    private static void checkOwnPage(RequestHeaders headers, String method) {
        boolean followedLink = method.equals("GET")
                && headers.find("sec-fetch-mode").orElse("").equals("navigate");
        String site = headers.find("sec-fetch-site").orElse("none");
        Optional<String> origin = headers.find("origin");
        String host = headers.find("host").orElse("");
        boolean ours =
                origin.isEmpty() || origin.get().replaceFirst("^https?://", "").equalsIgnoreCase(host);
        if (!followedLink && !(OWN_PAGE.contains(site) && ours)) {
            throw new ServingException(
                    ErrorCode.FORBIDDEN, "a page of another site may not use the key that the browser holds");
        }
    }

    private static ServingException unauthenticated(String sentence) {
        return new ServingException(ErrorCode.UNAUTHENTICATED, sentence);
    }

    private static byte[] sha256(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) { // every JDK has it
            throw new IllegalStateException(e);
        }
    }
}
