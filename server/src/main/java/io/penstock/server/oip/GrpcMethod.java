package io.penstock.server.oip;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.penstock.server.net.Answering;
import io.penstock.server.net.Caller;
import io.penstock.server.net.GrpcHandler.GrpcReply;
import io.penstock.server.net.GrpcHandler.GrpcRequest;
import io.penstock.server.net.RequestBody;
import io.penstock.serving.Begun;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Answers one unary gRPC method. */
@FunctionalInterface
interface GrpcMethod {
    GrpcReply call(GrpcRequest request) throws InterruptedException;

    /** As {@link io.penstock.server.net.GrpcHandler#begin}. */
    default Optional<Begun> begin(GrpcRequest request, Answering<GrpcReply> answering) {
        return Optional.empty();
    }

    /** What a method does with its parsed message. */
    @FunctionalInterface
    interface Answer<Q> {
        MessageLite to(Caller caller, Q request) throws InterruptedException;
    }

    /**
     * A method over generated messages.
     *
     * @param parser asked for at each call and not before: it initialises every message of its file
     */
    static <Q extends MessageLite> GrpcMethod of(Supplier<Parser<Q>> parser, Answer<Q> handler) {
        return request -> reply(handler.to(request.caller(), parsed(request.path(), request.body(), parser.get())));
    }

    /** @throws ServingException if the body is no such message */
    static <Q extends MessageLite> Q parsed(String path, RequestBody body, Parser<Q> parser) {
        try {
            return parser.parseFrom(body.bytes().toArray(ValueLayout.JAVA_BYTE));
        } catch (InvalidProtocolBufferException e) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "the message is not what " + path + " takes: " + e.getMessage(), e);
        }
    }

    static GrpcReply reply(MessageLite message) {
        return new GrpcReply(List.of(MemorySegment.ofArray(message.toByteArray())), () -> {});
    }
}
