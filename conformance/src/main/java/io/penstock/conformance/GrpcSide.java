package io.penstock.conformance;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.protobuf.lite.ProtoLiteUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.penstock.protocol.oip.ModelInferRequest;
import io.penstock.protocol.oip.ModelInferResponse;
import io.penstock.protocol.oip.ServerLiveRequest;
import io.penstock.protocol.oip.ServerLiveResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The gRPC side of a server. Any number of threads may ask. */
final class GrpcSide implements AutoCloseable {
    static final String SERVICE = "inference.GRPCInferenceService";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LARGEST_MESSAGE = 256 << 20;

    private final ManagedChannel channel;

    /** @param target as {@code host:port} */
    GrpcSide(String target, boolean isTls) {
        ChannelCredentials credentials = isTls ? TlsChannelCredentials.create() : InsecureChannelCredentials.create();
        this.channel = Grpc.newChannelBuilder(target, credentials)
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .build();
    }

    /** Whether the service answers there at all. */
    boolean answers() {
        try {
            call("ServerLive", ServerLiveRequest.getDefaultInstance(), ServerLiveResponse.getDefaultInstance());
            return true;
        } catch (StatusRuntimeException e) {
            return false;
        }
    }

    <T extends MessageLite> T call(String method, MessageLite request, T answer) {
        return call(SERVICE + "/" + method, request, answer, PATIENCE);
    }

    /** @throws StatusRuntimeException for every status but OK */
    <T extends MessageLite> T call(String path, MessageLite request, T answer, Duration deadline) {
        return ClientCalls.blockingUnaryCall(
                channel,
                method(path, answer),
                CallOptions.DEFAULT.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS),
                request);
    }

    ModelInferResponse infer(ModelInferRequest request) {
        return call("ModelInfer", request, ModelInferResponse.getDefaultInstance());
    }

    /** @return the status that a refused request got */
    Status refusal(String method, MessageLite request, MessageLite answer) {
        try {
            MessageLite came = call(method, request, answer);
            throw new Mismatch("not refused, but answered with " + came.getSerializedSize() + " bytes");
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        }
    }

    /** Starts a call, and cancels it at once. */
    void cancelled(ModelInferRequest request) {
        ClientCall<MessageLite, ModelInferResponse> call = channel.newCall(
                method(SERVICE + "/ModelInfer", ModelInferResponse.getDefaultInstance()), CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {}, new Metadata());
        call.sendMessage(request);
        call.halfClose();
        call.request(1);
        call.cancel("given up on purpose", null);
    }

    /** What came of a stream, in its order: each answer, or the sentence that stood in its place. */
    record Streamed(Optional<ModelInferResponse> answer, String error) {}

    /**
     * Sends all requests on one stream, ends it, and waits for its end.
     *
     * @throws StatusRuntimeException if the stream ends otherwise than with OK
     */
    List<Streamed> stream(List<ModelInferRequest> requests) throws InterruptedException {
        BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
        StreamObserver<MessageLite> sending = ClientCalls.asyncBidiStreamingCall(
                channel.newCall(
                        method(SERVICE + "/ModelStreamInfer", new Bytes(), MethodDescriptor.MethodType.BIDI_STREAMING),
                        CallOptions.DEFAULT.withDeadlineAfter(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)),
                new Arrivals(arrived));
        requests.forEach(sending::onNext);
        sending.onCompleted();
        List<Streamed> answers = new ArrayList<>();
        while (true) {
            switch (arrived.take()) {
                case ByteString answer -> answers.add(streamed(answer));
                case Status status
                when status.isOk() -> {
                    return answers;
                }
                case Status status -> throw status.asRuntimeException();
                default -> throw new IllegalStateException("nothing else arrives");
            }
        }
    }

    /** Triton's wrapper: error_message 1, infer_response 2. */
    private static Streamed streamed(ByteString message) {
        String error = "";
        Optional<ModelInferResponse> answer = Optional.empty();
        try {
            CodedInputStream in = message.newCodedInput();
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                switch (tag >>> 3) {
                    case 1 -> error = in.readString();
                    case 2 -> answer = Optional.of(ModelInferResponse.parseFrom(in.readByteArray()));
                    default -> in.skipField(tag);
                }
            }
        } catch (IOException e) {
            throw new Mismatch("a stream's answer is no ModelStreamInferResponse: " + e.getMessage());
        }
        return new Streamed(answer, error);
    }

    private static <T extends MessageLite> MethodDescriptor<MessageLite, T> method(String path, T answer) {
        return method(path, ProtoLiteUtils.marshaller(answer), MethodDescriptor.MethodType.UNARY);
    }

    private static <T> MethodDescriptor<MessageLite, T> method(
            String path, MethodDescriptor.Marshaller<T> answers, MethodDescriptor.MethodType type) {
        return MethodDescriptor.<MessageLite, T>newBuilder()
                .setType(type)
                .setFullMethodName(path)
                .setRequestMarshaller(new Requests())
                .setResponseMarshaller(answers)
                .build();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private static final class Requests implements MethodDescriptor.Marshaller<MessageLite> {
        @Override
        public InputStream stream(MessageLite message) {
            return message.toByteString().newInput();
        }

        @Override
        public MessageLite parse(InputStream stream) {
            throw new UnsupportedOperationException("a client reads no requests");
        }
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<ByteString> {
        @Override
        public InputStream stream(ByteString message) {
            return message.newInput();
        }

        @Override
        public ByteString parse(InputStream stream) {
            try {
                return ByteString.readFrom(stream);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Answers, and the status behind the last. */
    private record Arrivals(BlockingQueue<Object> arrived) implements StreamObserver<ByteString> {
        @Override
        public void onNext(ByteString answer) {
            arrived.add(answer);
        }

        @Override
        public void onError(Throwable failure) {
            arrived.add(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            arrived.add(Status.OK);
        }
    }
}
