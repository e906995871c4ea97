package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.penstock.protocol.health.HealthCheckRequest;
import io.penstock.protocol.health.HealthCheckResponse;
import io.penstock.protocol.oip.InferTensorContents;
import io.penstock.protocol.oip.ModelInferRequest;
import io.penstock.protocol.oip.ModelInferRequest.InferInputTensor;
import io.penstock.protocol.oip.ModelInferRequest.InferRequestedOutputTensor;
import io.penstock.protocol.oip.ModelInferResponse;
import io.penstock.protocol.oip.ModelMetadataRequest;
import io.penstock.protocol.oip.ModelMetadataResponse;
import io.penstock.protocol.oip.ModelReadyRequest;
import io.penstock.protocol.oip.ModelReadyResponse;
import io.penstock.protocol.oip.ModelStatisticsRequest;
import io.penstock.protocol.oip.ModelStatisticsResponse;
import io.penstock.protocol.oip.RepositoryIndexRequest;
import io.penstock.protocol.oip.RepositoryIndexResponse;
import io.penstock.protocol.oip.ServerLiveRequest;
import io.penstock.protocol.oip.ServerLiveResponse;
import io.penstock.protocol.oip.ServerMetadataRequest;
import io.penstock.protocol.oip.ServerMetadataResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GrpcInferTest {
    private static final MethodDescriptor<ModelInferRequest, ModelInferResponse> INFER = GrpcClient.method(
            MethodDescriptor.MethodType.UNARY,
            "inference.GRPCInferenceService/ModelInfer",
            ModelInferRequest.getDefaultInstance(),
            ModelInferResponse.getDefaultInstance());

    private static final MethodDescriptor<byte[], byte[]> NOISE = MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("inference.GRPCInferenceService/ModelInfer")
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new Bytes())
            .build();

    /** Sends bytes as they are. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

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

    private <Q extends Message, A extends Message> A call(String name, Q request, A answer) {
        return ClientCalls.blockingUnaryCall(
                channel,
                GrpcClient.method(MethodDescriptor.MethodType.UNARY, name, request, answer),
                CallOptions.DEFAULT,
                request);
    }

    private ModelInferResponse infer(ModelInferRequest request) {
        return ClientCalls.blockingUnaryCall((Channel) channel, INFER, CallOptions.DEFAULT, request);
    }

    private Status.Code refusal(ModelInferRequest request) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> infer(request))
                .getStatus()
                .getCode();
    }

    private static ModelInferRequest raw(String model, String type, int elements, byte[] bytes) {
        return ModelInferRequest.newBuilder()
                .setModelName(model)
                .setId("mine")
                .addInputs(InferInputTensor.newBuilder()
                        .setName("in")
                        .setDatatype(type)
                        .addShape(elements))
                .addRawInputContents(ByteString.copyFrom(bytes))
                .build();
    }

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        new Random(7).nextBytes(random);
        return random;
    }

    @Test
    void infersRawTensors() {
        byte[] bytes = random(600_000);

        ModelInferResponse answer = infer(raw("echo", "FP32", 150_000, bytes));

        assertThat(answer.getModelName()).isEqualTo("echo");
        assertThat(answer.getId()).isEqualTo("mine");
        assertThat(answer.getOutputs(0).getName()).isEqualTo("out");
        assertThat(answer.getOutputs(0).getShapeList()).containsExactly(150_000L);
        assertThat(answer.getRawOutputContents(0).toByteArray()).isEqualTo(bytes);
    }

    @Test
    void infersTwentyMegabytes() {
        byte[] bytes = random(20 << 20);

        assertThat(infer(raw("echo-uint8", "UINT8", 20 << 20, bytes))
                        .getRawOutputContents(0)
                        .toByteArray())
                .isEqualTo(bytes);
    }

    @Test
    void infersTypedContents() {
        ModelInferRequest request = ModelInferRequest.newBuilder()
                .setModelName("pair")
                .addInputs(InferInputTensor.newBuilder()
                        .setName("in1")
                        .setDatatype("INT32")
                        .addShape(1)
                        .addShape(2)
                        .setContents(InferTensorContents.newBuilder()
                                .addIntContents(-7)
                                .addIntContents(8)))
                .addInputs(InferInputTensor.newBuilder()
                        .setName("in2")
                        .setDatatype("BYTES")
                        .addShape(2)
                        .setContents(InferTensorContents.newBuilder()
                                .addBytesContents(ByteString.copyFromUtf8("ab"))
                                .addBytesContents(ByteString.EMPTY)))
                .addOutputs(InferRequestedOutputTensor.newBuilder().setName("out2"))
                .addOutputs(InferRequestedOutputTensor.newBuilder().setName("out1"))
                .build();

        ModelInferResponse answer = infer(request);

        assertThat(answer.getOutputsList().stream().map(output -> output.getName()))
                .containsExactly("out2", "out1");
        assertThat(answer.getRawOutputContents(0).toByteArray())
                .isEqualTo("\2\0\0\0ab\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(answer.getRawOutputContents(1).toByteArray()).containsExactly(-7, -1, -1, -1, 8, 0, 0, 0);
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThat(refusal(raw("nobody", "FP32", 1, new byte[4]))).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(refusal(raw("echo", "FP32", 2, new byte[4]))).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal(raw("echo", "INT32", 1, new byte[4]))).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal(raw("echo", "FP32", -1, new byte[4]))).isEqualTo(Status.Code.INVALID_ARGUMENT);
        ModelInferRequest both = raw("echo", "FP32", 1, new byte[4]).toBuilder()
                .setInputs(
                        0,
                        InferInputTensor.newBuilder()
                                .setName("in")
                                .setDatatype("FP32")
                                .addShape(1)
                                .setContents(InferTensorContents.newBuilder().addFp32Contents(1)))
                .build();
        assertThat(refusal(both)).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal(raw("echo", "FP32", 1, new byte[4]).toBuilder()
                        .addRawInputContents(ByteString.EMPTY)
                        .build()))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(infer(raw("echo", "FP32", 1, new byte[4])).getOutputsCount()).isEqualTo(1);
    }

    @Test
    void tellsTheSentenceOfARefusal() {
        Status status = catchThrowableOfType(
                        StatusRuntimeException.class, () -> infer(raw("nobody", "FP32", 1, new byte[4])))
                .getStatus();

        assertThat(status.getDescription()).startsWith("no model is named nobody; there are: blob, blocking, echo");
    }

    @Test
    void answersUnknownMethods() {
        StatusRuntimeException refusal = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> call(
                        "inference.GRPCInferenceService/Nothing",
                        ServerLiveRequest.getDefaultInstance(),
                        ServerLiveResponse.getDefaultInstance()));

        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    }

    @Test
    void deadlineEndsTheCallAndInterruptsTheModel() throws Exception {
        StatusRuntimeException refusal = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(
                        channel,
                        INFER,
                        CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS),
                        raw("blocking", "FP32", 1, new byte[4])));

        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(server.blocking.interrupted.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void cancelInterruptsTheModel() throws Exception {
        ClientCall<ModelInferRequest, ModelInferResponse> call = channel.newCall(INFER, CallOptions.DEFAULT);
        var answer = ClientCalls.futureUnaryCall(call, raw("blocking", "FP32", 1, new byte[4]));
        assertThat(server.blocking.entered.await(5, TimeUnit.SECONDS)).isTrue();

        answer.cancel(true);

        assertThat(server.blocking.interrupted.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void takesManyCallsAtOnce() throws Exception {
        byte[] bytes = random(100_000);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                calls.add(threads.submit(() -> infer(raw("echo", "FP32", 25_000, bytes))
                        .getRawOutputContents(0)
                        .equals(ByteString.copyFrom(bytes))));
            }
            for (Future<Boolean> call : calls) {
                assertThat(call.get()).isTrue();
            }
        }
    }

    @Test
    void refusesMalformedMessages() {
        Random random = new Random(13);
        for (int i = 0; i < 200; i++) {
            byte[] noise = new byte[random.nextInt(100)];
            random.nextBytes(noise);
            StatusRuntimeException refusal = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> ClientCalls.blockingUnaryCall(channel, NOISE, CallOptions.DEFAULT, noise));
            assertThat(refusal.getStatus().getCode()).isIn(Status.Code.INVALID_ARGUMENT, Status.Code.NOT_FOUND);
        }
    }

    /** Once a client knows of the GOAWAY its new calls fail here, for it finds nobody else; those never were ours. */
    @Test
    void answersEveryCallItTookWhileItDrains() throws Exception {
        byte[] bytes = random(10_000);
        CountDownLatch warm = new CountDownLatch(200);
        AtomicBoolean draining = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                clients.add(threads.submit(() -> {
                    int answered = 0;
                    while (!draining.get()) {
                        try {
                            infer(raw("echo", "FP32", 2_500, bytes));
                            answered++;
                            warm.countDown();
                        } catch (StatusRuntimeException e) {
                            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                        }
                    }
                    return answered;
                }));
            }
            assertThat(warm.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(server.server.drain(Duration.ofSeconds(10))).isTrue();
            draining.set(true);
            long answered = 0;
            for (Future<Integer> client : clients) {
                answered += client.get();
            }
            assertThat(answered)
                    .isEqualTo(server.context
                            .models()
                            .tensorModel("echo", "")
                            .statistics()
                            .requestsSucceeded());
        }
    }

    @Test
    void saysWhatItServes() {
        String service = "inference.GRPCInferenceService/";
        assertThat(call(
                                service + "ServerLive",
                                ServerLiveRequest.getDefaultInstance(),
                                ServerLiveResponse.getDefaultInstance())
                        .getLive())
                .isTrue();
        assertThat(call(
                                service + "ServerMetadata",
                                ServerMetadataRequest.getDefaultInstance(),
                                ServerMetadataResponse.getDefaultInstance())
                        .getName())
                .isEqualTo("penstock");
        assertThat(call(
                                service + "ModelReady",
                                ModelReadyRequest.newBuilder().setName("echo").build(),
                                ModelReadyResponse.getDefaultInstance())
                        .getReady())
                .isTrue();
        assertThat(call(
                                service + "ModelMetadata",
                                ModelMetadataRequest.newBuilder()
                                        .setName("echo")
                                        .build(),
                                ModelMetadataResponse.getDefaultInstance())
                        .getInputs(0)
                        .getShape(0))
                .isEqualTo(-1);
        assertThat(call(
                                service + "RepositoryIndex",
                                RepositoryIndexRequest.getDefaultInstance(),
                                RepositoryIndexResponse.getDefaultInstance())
                        .getModelsCount())
                .isEqualTo(2);
        assertThat(call(
                                service + "ModelStatistics",
                                ModelStatisticsRequest.getDefaultInstance(),
                                ModelStatisticsResponse.getDefaultInstance())
                        .getModelStatsCount())
                .isGreaterThan(10);
        assertThat(call(
                                "grpc.health.v1.Health/Check",
                                HealthCheckRequest.getDefaultInstance(),
                                HealthCheckResponse.getDefaultInstance())
                        .getStatus())
                .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
    }
}
