package io.penstock.server.net;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.RequestScope;
import io.penstock.serving.call.ServingException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a plain request and a gRPC call on one HTTP/2 stream have in common: headers, a pace that the body must keep, a
 * window that follows its length.
 *
 * <p>Threads: the event loop only.
 */
final class Http2Request {
    final PortParts parts;
    final Http2Connection connection;
    final Http2Stream stream;
    final Http2Headers headers;
    final String id;
    final RequestObserver.Observation observation;
    private @Nullable PaceGuard pace;
    private final LazyTimer bodyTimer;
    private final LazyTimer limit;
    private int raised;
    private boolean left;
    private Caller caller = Caller.UNKNOWN;
    private int status;
    private long bytesIn;
    private long bytesOut;

    /** @param protocol as {@link RequestObserver.RequestHead} has it */
    Http2Request(
            PortParts parts, Http2Connection connection, Http2Stream stream, Http2Headers headers, String protocol) {
        this.parts = parts;
        this.connection = connection;
        this.stream = stream;
        this.headers = headers;
        this.bodyTimer = new LazyTimer(connection.loop());
        this.limit = new LazyTimer(connection.loop());
        this.id = RequestIds.of(header(RequestIds.HEADER));
        this.status =
                protocol.equals("grpc") ? ErrorStatus.grpc(ErrorCode.CANCELLED) : ErrorStatus.http(ErrorCode.CANCELLED);
        this.observation = observed(protocol);
        parts.inFlight().enter();
    }

    private RequestObserver.Observation observed(String protocol) {
        if (parts.observer().equals(RequestObserver.NONE)) {
            return RequestObserver.Observation.NONE;
        }
        return parts.observer()
                .began(new RequestObserver.RequestHead(
                        id,
                        protocol,
                        String.valueOf(headers.method()),
                        RequestTarget.path(String.valueOf(headers.path())),
                        this::header));
    }

    /** The request as its handler sees it. */
    RequestScope scope() {
        return new RequestScope(id, observation.trace());
    }

    /** The answer's status, of HTTP or gRPC. */
    void answering(int withStatus) {
        status = withStatus;
    }

    /** Bytes of the answer are on their way. */
    void sending(long bytes) {
        bytesOut += bytes;
    }

    Optional<String> header(String name) {
        CharSequence authority = name.equals("host") ? headers.authority() : null;
        CharSequence value = authority == null ? headers.get(name) : authority;
        return value == null ? Optional.empty() : Optional.of(value.toString());
    }

    void checkHost() {
        CharSequence authority = headers.authority();
        RequestTarget.checkHost(parts.hosts(), authority == null ? headerOrNull("host") : authority.toString());
        if (headers.path() == null || headers.method() == null) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "the request has no :path or :method");
        }
    }

    /** Asks who the caller is; comes after {@link #checkHost}. */
    void admit() {
        caller = parts.admission()
                .admit(
                        this::header,
                        String.valueOf(headers.method()),
                        RequestTarget.path(String.valueOf(headers.path())));
    }

    Caller caller() {
        return caller;
    }

    private @Nullable String headerOrNull(String name) {
        return header(name).orElse(null);
    }

    void watchPace() {
        if (pace == null) {
            pace = new PaceGuard(
                    bodyTimer, parts.limits().slowestBody(), () -> connection.reset(stream.id(), Http2Error.CANCEL));
        }
    }

    void countBytes(int bytes) {
        bytesIn += bytes;
        if (pace != null) {
            pace.count(bytes);
        }
    }

    void stopPace() {
        if (pace != null) {
            pace.stop();
        }
    }

    void raiseWindows(long bodyBytes) {
        raised += connection.raiseWindows(stream, bodyBytes);
    }

    boolean isOpen() {
        return connection.isOpen(stream.id());
    }

    /** For the time until the answer, and then for the answer. */
    LazyTimer limit() {
        return limit;
    }

    /** A client that takes the answer too slowly loses it. */
    void limitAnswer(long bytes) {
        limit.start(
                parts.limits().answerDeadline(bytes).toNanos(), () -> connection.reset(stream.id(), Http2Error.CANCEL));
    }

    /** The stream is gone. */
    void closed() {
        bodyTimer.close();
        limit.close();
        connection.lowerConnectionWindow(raised);
        raised = 0;
        if (!left) {
            left = true;
            parts.inFlight().leave();
            observation.ended(new RequestObserver.Outcome(status, caller.name(), bytesIn, bytesOut));
        }
    }
}
