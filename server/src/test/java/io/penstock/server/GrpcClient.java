package io.penstock.server;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.penstock.protocol.oip.ModelInferRequest;
import io.penstock.protocol.oip.ModelStreamInferResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** What tests need to call a server as gRPC's own clients do. */
final class GrpcClient {
    private GrpcClient() {}

    /** The caller shuts it down. */
    static ManagedChannel channel(TestServer server) {
        return NettyChannelBuilder.forAddress("127.0.0.1", server.port)
                .usePlaintext()
                .maxInboundMessageSize(64 << 20)
                .build();
    }

    /**
     * A method that needs no generated stub.
     *
     * @param request an example, for its type
     * @param answer an example, for its type
     */
    static <Q extends Message, A extends Message> MethodDescriptor<Q, A> method(
            MethodDescriptor.MethodType type, String name, Q request, A answer) {
        return MethodDescriptor.<Q, A>newBuilder()
                .setType(type)
                .setFullMethodName(name)
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(ProtoUtils.marshaller(answer))
                .build();
    }

    /** Sends all messages in one call of {@code ModelStreamInfer}, and waits for its end. */
    static List<ModelStreamInferResponse> stream(
            ManagedChannel channel, Metadata headers, List<ModelInferRequest> messages) throws Exception {
        List<ModelStreamInferResponse> answers = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        ClientCall<ModelInferRequest, ModelStreamInferResponse> call = ClientInterceptors.intercept(
                        channel, MetadataUtils.newAttachHeadersInterceptor(headers))
                .newCall(
                        method(
                                MethodDescriptor.MethodType.BIDI_STREAMING,
                                "inference.GRPCInferenceService/ModelStreamInfer",
                                ModelInferRequest.getDefaultInstance(),
                                ModelStreamInferResponse.getDefaultInstance()),
                        CallOptions.DEFAULT);
        StreamObserver<ModelInferRequest> sender =
                ClientCalls.asyncBidiStreamingCall(call, new StreamObserver<ModelStreamInferResponse>() {
                    @Override
                    public void onNext(ModelStreamInferResponse answer) {
                        answers.add(answer);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        ended.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {
                        ended.complete(null);
                    }
                });
        messages.forEach(sender::onNext);
        sender.onCompleted();
        ended.get(20, TimeUnit.SECONDS);
        return answers;
    }
}
