package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.penstock.protocol.oip.ModelMetadataRequest;
import io.penstock.protocol.oip.ModelMetadataResponse;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StartingTest {
    @Test
    void saysThatWhatIsNotThereMayCome() throws Exception {
        try (TestServer server = new TestServer()) {
            server.unready = List.of("street: loading");
            HttpResponse<String> early = server.post("/pipelines/late", "x");
            assertThat(early.statusCode()).isEqualTo(503);
            assertThat(early.headers().firstValue("retry-after")).hasValue("1");
            assertThat(early.body()).contains("late", "street: loading");
            assertThat(server.get("/v2/models/late").statusCode()).isEqualTo(503);
            assertThat(server.get("/v2/models/echo").statusCode()).isEqualTo(200);
            assertThat(server.get("/livez").statusCode()).isEqualTo(200);

            server.unready = List.of();
            assertThat(server.post("/pipelines/late", "x").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void saysSoOverGrpcToo() throws Exception {
        try (TestServer server = new TestServer()) {
            ManagedChannel channel = GrpcClient.channel(server);
            try {
                server.unready = List.of("street: loading");
                assertThatThrownBy(() -> metadata(channel))
                        .isInstanceOf(StatusRuntimeException.class)
                        .hasMessageStartingWith("UNAVAILABLE")
                        .hasMessageContaining("street: loading");
                server.unready = List.of();
                assertThatThrownBy(() -> metadata(channel)).hasMessageStartingWith("NOT_FOUND");
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private static ModelMetadataResponse metadata(ManagedChannel channel) {
        return ClientCalls.blockingUnaryCall(
                channel,
                GrpcClient.method(
                        MethodDescriptor.MethodType.UNARY,
                        "inference.GRPCInferenceService/ModelMetadata",
                        ModelMetadataRequest.getDefaultInstance(),
                        ModelMetadataResponse.getDefaultInstance()),
                CallOptions.DEFAULT,
                ModelMetadataRequest.newBuilder().setName("late").build());
    }
}
