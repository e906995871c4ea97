package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.penstock.protocol.health.HealthCheckRequest;
import io.penstock.protocol.health.HealthCheckResponse;
import io.penstock.protocol.health.HealthCheckResponse.ServingStatus;
import io.penstock.protocol.oip.ModelInferRequest;
import io.penstock.protocol.oip.ModelInferRequest.InferInputTensor;
import io.penstock.protocol.oip.ModelInferResponse;
import io.penstock.protocol.oip.ModelStreamInferResponse;
import io.penstock.protocol.reflection.v1.ServerReflectionRequest;
import io.penstock.protocol.reflection.v1.ServerReflectionResponse;
import io.penstock.server.net.ServerLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class GrpcStreamTest {
    private static final MethodDescriptor<ModelInferRequest, ModelStreamInferResponse> STREAM = GrpcClient.method(
            MethodDescriptor.MethodType.BIDI_STREAMING,
            "inference.GRPCInferenceService/ModelStreamInfer",
            ModelInferRequest.getDefaultInstance(),
            ModelStreamInferResponse.getDefaultInstance());
    private static final MethodDescriptor<HealthCheckRequest, HealthCheckResponse> WATCH = GrpcClient.method(
            MethodDescriptor.MethodType.BIDI_STREAMING,
            "grpc.health.v1.Health/Watch",
            HealthCheckRequest.getDefaultInstance(),
            HealthCheckResponse.getDefaultInstance());

    private TestServer server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer();
        channel = GrpcClient.channel(server);
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        server.close();
    }

    /** A call as its client sees it: answers in a queue, the status in a future. */
    private static final class Talk<Q, A> extends ClientCall.Listener<A> {
        final BlockingQueue<A> answers = new LinkedBlockingQueue<>();
        final CompletableFuture<Status> status = new CompletableFuture<>();
        final ClientCall<Q, A> call;

        Talk(ManagedChannel channel, MethodDescriptor<Q, A> method, Metadata metadata, String compressor) {
            CallOptions options =
                    compressor.isEmpty() ? CallOptions.DEFAULT : CallOptions.DEFAULT.withCompression(compressor);
            call = channel.newCall(method, options);
            call.start(this, metadata);
            call.request(10_000);
        }

        Talk(ManagedChannel channel, MethodDescriptor<Q, A> method) {
            this(channel, method, new Metadata(), "");
        }

        @Override
        public void onMessage(A message) {
            answers.add(message);
        }

        @Override
        public void onClose(Status ended, Metadata trailers) {
            status.complete(ended);
        }

        A next() throws Exception {
            A answer = answers.poll(10, TimeUnit.SECONDS);
            assertThat(answer).as("an answer").isNotNull();
            return answer;
        }

        Status ended() throws Exception {
            return status.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void answersNoMoreMessagesOfAStreamAtOnceThanAllowed() throws Exception {
        ServerLimits usual = TestServer.LIMITS;
        ServerLimits.Protocols defaults = ServerLimits.Protocols.DEFAULTS;
        ServerLimits two = new ServerLimits(
                usual.maxBodyBytes(),
                usual.maxHeaderBytes(),
                usual.maxConnections(),
                usual.idleTimeout(),
                usual.slowestBody(),
                usual.requestDeadline(),
                usual.writeDeadline(),
                new ServerLimits.Protocols(
                        defaults.handshakeTimeout(), 64 << 10, 500, 16 << 10, 256, 100, 2, 1024, 256));
        try (TestServer limited = new TestServer(two, 64 << 20)) {
            ManagedChannel its = GrpcClient.channel(limited);
            try {
                Talk<ModelInferRequest, ModelStreamInferResponse> talk = new Talk<>(its, STREAM);
                for (int i = 0; i < 8; i++) {
                    talk.call.sendMessage(request("blocking", i, new byte[4]));
                }
                while (limited.blocking.atOnce.get() < 2) {
                    Thread.onSpinWait();
                }
                // Another stream of the same connection goes on; by its answers all messages above have arrived.
                Talk<ModelInferRequest, ModelStreamInferResponse> other = new Talk<>(its, STREAM);
                for (int i = 0; i < 8; i++) {
                    other.call.sendMessage(request("echo", i, new byte[4]));
                    assertThat(other.next().getErrorMessage()).isEmpty();
                }
                other.call.halfClose();
                limited.blocking.released.countDown();
                for (int i = 0; i < 8; i++) {
                    assertThat(talk.next().getInferResponse().getId()).isEqualTo(Integer.toString(i));
                }
                talk.call.halfClose();
                assertThat(talk.ended().isOk()).isTrue();
                assertThat(limited.blocking.mostAtOnce).hasValue(2);
            } finally {
                its.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            }
        }
    }

    private static ModelInferRequest request(String model, int id, byte[] bytes) {
        return ModelInferRequest.newBuilder()
                .setModelName(model)
                .setId(Integer.toString(id))
                .addInputs(InferInputTensor.newBuilder()
                        .setName("in")
                        .setDatatype("FP32")
                        .addShape(bytes.length / 4))
                .addRawInputContents(ByteString.copyFrom(bytes))
                .build();
    }

    @Test
    void answersManyRequestsInTheirOrder() throws Exception {
        var talk = new Talk<ModelInferRequest, ModelStreamInferResponse>(channel, STREAM);
        for (int i = 0; i < 200; i++) {
            talk.call.sendMessage(request("echo", i, new byte[4 * (1 + i * 37 % 1000)]));
        }
        talk.call.halfClose();

        for (int i = 0; i < 200; i++) {
            ModelInferResponse answer = talk.next().getInferResponse();
            assertThat(answer.getId()).isEqualTo(Integer.toString(i));
            assertThat(answer.getRawOutputContents(0).size()).isEqualTo(4 * (1 + i * 37 % 1000));
            assertThat(answer.getParametersOrThrow("triton_final_response").getBoolParam())
                    .isTrue();
        }
        assertThat(talk.ended().getCode()).isEqualTo(Status.Code.OK);
    }

    @Test
    void anErrorIsAMessageAndTheStreamGoesOn() throws Exception {
        var talk = new Talk<ModelInferRequest, ModelStreamInferResponse>(channel, STREAM);
        talk.call.sendMessage(request("echo", 0, new byte[4]));
        talk.call.sendMessage(request("nobody", 1, new byte[4]));
        talk.call.sendMessage(request("echo", 2, new byte[4]));
        talk.call.halfClose();

        assertThat(talk.next().getInferResponse().getId()).isEqualTo("0");
        assertThat(talk.next().getErrorMessage()).startsWith("no model is named nobody");
        assertThat(talk.next().getInferResponse().getId()).isEqualTo("2");
        assertThat(talk.ended().getCode()).isEqualTo(Status.Code.OK);
    }

    @Test
    void anErrorEndsTheStreamWhereTheCallerWantsIt() throws Exception {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER), "true");
        var talk = new Talk<ModelInferRequest, ModelStreamInferResponse>(channel, STREAM, metadata, "");
        talk.call.sendMessage(request("echo", 0, new byte[4]));
        talk.call.sendMessage(request("nobody", 1, new byte[4]));

        assertThat(talk.next().getInferResponse().getId()).isEqualTo("0");
        Status status = talk.ended();
        assertThat(status.getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(status.getDescription()).startsWith("no model is named nobody");
    }

    @Test
    void takesAndGivesCompressedMessages() throws Exception {
        var talk = new Talk<ModelInferRequest, ModelStreamInferResponse>(channel, STREAM, new Metadata(), "gzip");
        byte[] zeros = new byte[1 << 20];
        talk.call.sendMessage(request("echo", 0, zeros));
        talk.call.halfClose();

        assertThat(talk.next().getInferResponse().getRawOutputContents(0)).isEqualTo(ByteString.copyFrom(zeros));
        assertThat(talk.ended().getCode()).isEqualTo(Status.Code.OK);
    }

    @Test
    void leavingInterruptsTheModel() throws Exception {
        var talk = new Talk<ModelInferRequest, ModelStreamInferResponse>(channel, STREAM);
        talk.call.sendMessage(request("blocking", 0, new byte[4]));
        assertThat(server.blocking.entered.await(5, TimeUnit.SECONDS)).isTrue();

        talk.call.cancel("left", null);

        assertThat(server.blocking.interrupted.await(5, TimeUnit.SECONDS)).isTrue();
    }

    /** The client's window closes: what it sends beyond stays with it, and takes no memory here. */
    @Test
    void aStreamThatIsNotServedHoldsLittleMemory() throws Exception {
        var talk = new Talk<ModelInferRequest, ModelStreamInferResponse>(channel, STREAM);
        for (int i = 0; i < 200; i++) {
            talk.call.sendMessage(request("blocking", i, new byte[1 << 20]));
        }
        assertThat(server.blocking.entered.await(5, TimeUnit.SECONDS)).isTrue();

        assertThat(server.pool.bytesInFlight()).isLessThan(100L << 20);
        server.blocking.released.countDown();
        talk.call.halfClose();
        for (int i = 0; i < 200; i++) {
            assertThat(talk.next().getInferResponse().getId()).isEqualTo(Integer.toString(i));
        }
        assertThat(talk.ended().getCode()).isEqualTo(Status.Code.OK);
    }

    @Test
    void watchersHearThatTheServerStops() throws Exception {
        var watch = new Talk<HealthCheckRequest, HealthCheckResponse>(channel, WATCH);
        watch.call.sendMessage(HealthCheckRequest.getDefaultInstance());
        watch.call.halfClose();
        var unknown = new Talk<HealthCheckRequest, HealthCheckResponse>(channel, WATCH);
        unknown.call.sendMessage(
                HealthCheckRequest.newBuilder().setService("nothing").build());
        unknown.call.halfClose();
        assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.SERVING);
        assertThat(unknown.next().getStatus()).isEqualTo(ServingStatus.SERVICE_UNKNOWN);

        assertThat(server.server.drain(Duration.ofSeconds(10))).isTrue();

        assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
        assertThat(watch.ended().getCode()).isEqualTo(Status.Code.OK);
    }

    @Test
    void reflectionTellsWhatIsServed() throws Exception {
        for (String version : List.of("v1", "v1alpha")) {
            var talk = new Talk<ServerReflectionRequest, ServerReflectionResponse>(
                    channel,
                    GrpcClient.method(
                            MethodDescriptor.MethodType.BIDI_STREAMING,
                            "grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo",
                            ServerReflectionRequest.getDefaultInstance(),
                            ServerReflectionResponse.getDefaultInstance()));
            talk.call.sendMessage(
                    ServerReflectionRequest.newBuilder().setListServices("").build());
            talk.call.sendMessage(ServerReflectionRequest.newBuilder()
                    .setFileContainingSymbol("inference.GRPCInferenceService.ModelInfer")
                    .build());
            talk.call.sendMessage(ServerReflectionRequest.newBuilder()
                    .setFileContainingSymbol("nothing")
                    .build());
            talk.call.halfClose();

            List<String> services = new ArrayList<>();
            talk.next().getListServicesResponse().getServiceList().forEach(service -> services.add(service.getName()));
            assertThat(services)
                    .contains(
                            "inference.GRPCInferenceService",
                            "grpc.health.v1.Health",
                            "grpc.reflection.v1.ServerReflection");
            FileDescriptorProto file = FileDescriptorProto.parseFrom(
                    talk.next().getFileDescriptorResponse().getFileDescriptorProto(0));
            assertThat(file.getService(0).getMethodList().stream().map(each -> each.getName()))
                    .contains("ModelStreamInfer", "TraceSetting");
            assertThat(talk.next().getErrorResponse().getErrorCode()).isEqualTo(5);
            assertThat(talk.ended().getCode()).isEqualTo(Status.Code.OK);
        }
    }

    /** Each method of the served description is there, so that reflection promises nothing. */
    @Test
    void everyDescribedMethodIsServed() {
        Stream.of(
                        io.penstock.protocol.oip.OipProto.getDescriptor(),
                        io.penstock.protocol.health.HealthProto.getDescriptor())
                .flatMap(file -> file.getServices().stream())
                .flatMap(service -> service.getMethods().stream())
                .filter(each -> !each.isServerStreaming())
                .forEach(each -> {
                    MethodDescriptor<HealthCheckRequest, HealthCheckResponse> unary =
                            MethodDescriptor.<HealthCheckRequest, HealthCheckResponse>newBuilder()
                                    .setType(MethodDescriptor.MethodType.UNARY)
                                    .setFullMethodName(each.getService().getFullName() + "/" + each.getName())
                                    .setRequestMarshaller(
                                            ProtoUtils.marshaller(HealthCheckRequest.getDefaultInstance()))
                                    .setResponseMarshaller(
                                            ProtoUtils.marshaller(HealthCheckResponse.getDefaultInstance()))
                                    .build();
                    String said;
                    try {
                        ClientCalls.blockingUnaryCall(
                                channel, unary, CallOptions.DEFAULT, HealthCheckRequest.getDefaultInstance());
                        said = "";
                    } catch (io.grpc.StatusRuntimeException e) {
                        said = String.valueOf(e.getStatus().getDescription());
                    }
                    assertThat(said).as(each.getFullName()).doesNotContain("there is no method");
                });
    }
}
