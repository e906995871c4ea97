package io.penstock.server;

import com.google.protobuf.Message;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;

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
}
