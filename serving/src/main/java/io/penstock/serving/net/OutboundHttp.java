package io.penstock.serving.net;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.RequestScope;
import io.penstock.serving.call.ServingException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Fetches from other machines, for every part of the program: follows redirects with care, tries again with patience,
 * and gives up with a sentence. An address that the user named may lie anywhere; a redirect, which somebody else wrote,
 * may lead only to public addresses, or back to the very host and port that the user named. It may not leave https for
 * http, and takes no credentials to another origin.
 *
 * <p>A name is resolved just before it is connected to, and the JDK keeps what it resolved for seconds: the address that
 * was checked is the one that is used.
 *
 * <p>Threads: may be used by several at once; each call blocks its own, and an interrupt ends it.
 */
public final class OutboundHttp implements AutoCloseable {
    private static final int MOST_REDIRECTS = 5;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> BUSY = Set.of(408, 425, 429, 500, 502, 503, 504);

    private final Limits limits;
    private final Backoff backoff;
    private final Resolver resolver;
    private @Nullable HttpClient client;

    /**
     * How long the other side may take.
     *
     * @param connect until a connection stands
     * @param stall without a byte, before the head of an answer or within its body
     */
    public record Limits(Duration connect, Duration stall) {
        public static final Limits USUAL = new Limits(Duration.ofSeconds(10), Duration.ofSeconds(60));
    }

    /** Finds all addresses of a name. */
    @FunctionalInterface
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    public OutboundHttp(Limits limits, Backoff backoff) {
        this(limits, backoff, InetAddress::getAllByName);
    }

    OutboundHttp(Limits limits, Backoff backoff, Resolver resolver) {
        this.limits = limits;
        this.backoff = backoff;
        this.resolver = resolver;
    }

    public Backoff backoff() {
        return backoff;
    }

    /**
     * Gets what lies at an address; the caller closes the body.
     *
     * @return any answer that is neither a redirect nor a passing failure
     * @throws ServingException with {@link ErrorCode#UPSTREAM_FAILED} if no answer can be had, or a redirect is refused
     */
    public OutboundResponse get(OutboundRequest request) throws InterruptedException {
        for (int failures = 1; ; failures++) {
            Duration asked = Duration.ZERO;
            String what;
            @Nullable IOException cause = null;
            try {
                OutboundResponse response = follow(request);
                if (!BUSY.contains(response.status())) {
                    return response;
                }
                response.body().close();
                asked = retryAfter(response);
                what = "answers " + response.status();
            } catch (IOException e) {
                if (Thread.interrupted()) {
                    throw (InterruptedException) new InterruptedException("interrupted").initCause(e);
                }
                what = reason(e);
                cause = e;
                if (e instanceof UnknownHostException || e instanceof SSLHandshakeException) {
                    throw failed(request, what, cause);
                }
            }
            if (failures >= request.attempts()) {
                String tried = failures == 1 ? "" : ", after " + failures + " attempts";
                throw failed(request, what + tried, cause);
            }
            backoff.pause(failures, asked);
        }
    }

    /** An address as it may be shown: without a user, a password, or what follows a question mark. */
    public static String shown(URI address) {
        String port = address.getPort() < 0 ? "" : ":" + address.getPort();
        return address.getScheme() + "://" + address.getHost() + port + address.getRawPath();
    }

    private OutboundResponse follow(OutboundRequest request) throws IOException, InterruptedException {
        URI address = request.address();
        boolean left = false;
        for (int redirects = 0; ; redirects++) {
            HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer =
                    client().send(head(request, address, left), HttpResponse.BodyHandlers.ofPublisher());
            BodyStream body = new BodyStream(limits.stall());
            answer.body().subscribe(body);
            if (!REDIRECTS.contains(answer.statusCode())) {
                return new OutboundResponse(answer.statusCode(), answer.headers(), body);
            }
            body.close();
            if (redirects == MOST_REDIRECTS) {
                throw failed(request, "leads on through more than " + MOST_REDIRECTS + " redirects", null);
            }
            URI next = target(request, address, answer.headers().firstValue("location"));
            left |= !sameOrigin(request.address(), next);
            address = next;
        }
    }

    private HttpRequest head(OutboundRequest request, URI address, boolean left) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(withoutUser(address))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(limits.stall())
                .header("User-Agent", "penstock")
                .header("Accept-Encoding", "identity");
        request.headers().forEach(builder::header);
        RequestScope.current().ifPresent(asked -> {
            builder.setHeader(RequestScope.HEADER, asked.id());
            asked.trace().ifPresent(trace -> trace.headers().forEach(builder::setHeader));
        });
        if (!left) {
            authorization(request).ifPresent(value -> builder.header("Authorization", value));
        }
        return builder.GET().build();
    }

    private static Optional<String> authorization(OutboundRequest request) {
        String user = request.address().getUserInfo();
        if (request.authorization().isPresent() || user == null) {
            return request.authorization();
        }
        byte[] bytes = user.getBytes(StandardCharsets.UTF_8);
        return Optional.of("Basic " + Base64.getEncoder().encodeToString(bytes));
    }

    /** Where a redirect leads, if it may lead there. */
    private URI target(OutboundRequest request, URI from, Optional<String> location) throws IOException {
        if (location.isEmpty()) {
            throw failed(request, "redirects without saying where to", null);
        }
        URI next;
        try {
            next = from.resolve(new URI(location.get()));
        } catch (URISyntaxException e) {
            throw failed(request, "redirects to what is no address", e);
        }
        String scheme = String.valueOf(next.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("https") || scheme.equals("http")) || next.getHost() == null) {
            throw failed(request, "redirects to an address that is neither http:// nor https://", null);
        }
        if (scheme.equals("http") && from.getScheme().equalsIgnoreCase("https")) {
            throw failed(request, "redirects from https to http, " + shown(next), null);
        }
        if (!sameHostAndPort(request.address(), next)) {
            for (InetAddress address : resolver.resolve(bare(next.getHost()))) {
                if (!AddressRules.isPublic(address)) {
                    throw failed(
                            request,
                            "redirects to " + shown(next) + ", which is not on the public internet ("
                                    + address.getHostAddress() + "); name that address itself if it is meant",
                            null);
                }
            }
        }
        return next;
    }

    /** Made on first use: most starts fetch nothing. */
    private synchronized HttpClient client() {
        HttpClient made = client;
        if (made == null) {
            made = HttpClient.newBuilder()
                    .connectTimeout(limits.connect())
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
            client = made;
        }
        return made;
    }

    private static ServingException failed(OutboundRequest request, String what, @Nullable Exception cause) {
        String sentence = shown(request.address()) + " " + what;
        return cause == null
                ? new ServingException(ErrorCode.UPSTREAM_FAILED, sentence)
                : new ServingException(ErrorCode.UPSTREAM_FAILED, sentence, cause);
    }

    private static String reason(IOException e) {
        return switch (e) {
            case UnknownHostException _ -> "cannot be reached: its host has no address";
            case SSLHandshakeException _ -> "cannot be trusted: " + e.getMessage();
            case java.net.http.HttpConnectTimeoutException _ -> "cannot be reached: no connection in time";
            case java.net.http.HttpTimeoutException _ -> "does not answer in time";
            case ConnectException _ ->
                // The client says why in the innermost cause only.
                hasUnresolvedHost(e)
                        ? "cannot be reached: its host has no address"
                        : "cannot be reached: the connection is refused";
            default -> "breaks off: " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        };
    }

    private static boolean hasUnresolvedHost(Throwable e) {
        for (@Nullable Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof java.nio.channels.UnresolvedAddressException || at instanceof UnknownHostException) {
                return true;
            }
        }
        return false;
    }

    private static Duration retryAfter(OutboundResponse response) {
        return response.findHeader("retry-after")
                .filter(value -> value.matches("[0-9]{1,6}"))
                .map(value -> Duration.ofSeconds(Long.parseLong(value)))
                .orElse(Duration.ZERO);
    }

    private static URI withoutUser(URI address) {
        if (address.getRawUserInfo() == null) {
            return address;
        }
        return URI.create(address.toString().replaceFirst("//[^/@]*@", "//"));
    }

    private static boolean sameOrigin(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme()) && sameHostAndPort(one, other);
    }

    private static boolean sameHostAndPort(URI one, URI other) {
        return one.getHost().equalsIgnoreCase(other.getHost()) && port(one) == port(other);
    }

    private static int port(URI address) {
        return address.getPort() >= 0 ? address.getPort() : address.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.shutdownNow();
            client = null;
        }
    }
}
