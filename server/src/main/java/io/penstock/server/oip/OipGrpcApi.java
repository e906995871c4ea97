package io.penstock.server.oip;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.penstock.protocol.health.HealthCheckRequest;
import io.penstock.protocol.health.HealthCheckResponse;
import io.penstock.protocol.health.HealthCheckResponse.ServingStatus;
import io.penstock.protocol.oip.InferStatistics;
import io.penstock.protocol.oip.ModelMetadataRequest;
import io.penstock.protocol.oip.ModelMetadataResponse;
import io.penstock.protocol.oip.ModelMetadataResponse.TensorMetadata;
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
import io.penstock.protocol.oip.ServerReadyRequest;
import io.penstock.protocol.oip.ServerReadyResponse;
import io.penstock.protocol.oip.StatisticDuration;
import io.penstock.server.metrics.InferCounter;
import io.penstock.server.net.GrpcHandler;
import io.penstock.serving.LatencyHistogram;
import io.penstock.serving.Model;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.ModelStatistics;
import io.penstock.serving.TensorModel;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** {@code inference.GRPCInferenceService} and {@code grpc.health.v1.Health}. */
public final class OipGrpcApi implements GrpcHandler {
    private static final String SERVICE = "inference.GRPCInferenceService";
    private static final String HEALTH = "grpc.health.v1.Health";

    private final ModelRegistry models;
    private final BooleanSupplier ready;
    private final ServerIdentity identity;
    private final Map<String, Method> methods = new HashMap<>();

    @FunctionalInterface
    private interface Method {
        GrpcReply call(GrpcRequest request) throws InterruptedException;
    }

    public OipGrpcApi(
            ModelRegistry models,
            TensorPool pool,
            InferCounter counter,
            BooleanSupplier ready,
            ServerIdentity identity) {
        this.models = models;
        this.ready = ready;
        this.identity = identity;
        methods.put(path("ModelInfer"), new OipGrpcInfer(models, pool, counter)::infer);
        add(
                "ServerLive",
                ServerLiveRequest.parser(),
                request -> ServerLiveResponse.newBuilder().setLive(true).build());
        add(
                "ServerReady",
                ServerReadyRequest.parser(),
                request -> ServerReadyResponse.newBuilder()
                        .setReady(ready.getAsBoolean())
                        .build());
        add("ServerMetadata", ServerMetadataRequest.parser(), request -> server());
        add("ModelReady", ModelReadyRequest.parser(), this::modelReady);
        add("ModelMetadata", ModelMetadataRequest.parser(), this::metadata);
        add("RepositoryIndex", RepositoryIndexRequest.parser(), request -> repositoryIndex());
        add("ModelStatistics", ModelStatisticsRequest.parser(), this::statistics);
        methods.put("/" + HEALTH + "/Check", unary(HealthCheckRequest.parser(), this::check));
    }

    private static String path(String method) {
        return "/" + SERVICE + "/" + method;
    }

    private <Q extends MessageLite> void add(String method, Parser<Q> parser, Function<Q, MessageLite> handler) {
        methods.put(path(method), unary(parser, handler));
    }

    private static <Q extends MessageLite> Method unary(Parser<Q> parser, Function<Q, MessageLite> handler) {
        return request -> {
            Q message;
            try {
                message = parser.parseFrom(request.body().bytes().toArray(ValueLayout.JAVA_BYTE));
            } catch (InvalidProtocolBufferException e) {
                throw new ServingException(
                        ErrorCode.INVALID_REQUEST,
                        "the message is not what " + request.path() + " takes: " + e.getMessage(),
                        e);
            }
            byte[] answer = handler.apply(message).toByteArray();
            return new GrpcReply(List.of(MemorySegment.ofArray(answer)), () -> {});
        };
    }

    @Override
    public boolean serves(String path) {
        return methods.containsKey(path);
    }

    @Override
    public GrpcReply call(GrpcRequest request) throws InterruptedException {
        Method method = methods.get(request.path());
        if (method == null) {
            throw new ServingException(ErrorCode.UNIMPLEMENTED, "there is no method " + request.path());
        }
        return method.call(request);
    }

    private ServerMetadataResponse server() {
        return ServerMetadataResponse.newBuilder()
                .setName(identity.name())
                .setVersion(identity.version())
                .addAllExtensions(ServerIdentity.EXTENSIONS)
                .build();
    }

    private ModelReadyResponse modelReady(ModelReadyRequest request) {
        models.tensorModel(request.getName(), request.getVersion());
        return ModelReadyResponse.newBuilder().setReady(true).build();
    }

    private ModelMetadataResponse metadata(ModelMetadataRequest request) {
        TensorModel model = models.tensorModel(request.getName(), request.getVersion());
        ModelMetadataResponse.Builder answer = ModelMetadataResponse.newBuilder()
                .setName(model.name())
                .addVersions(model.version())
                .setPlatform(model.signature().platform());
        model.signature().inputs().forEach(input -> answer.addInputs(tensor(input)));
        model.signature().outputs().forEach(output -> answer.addOutputs(tensor(output)));
        return answer.build();
    }

    private static TensorMetadata tensor(TensorSignature signature) {
        TensorMetadata.Builder tensor = TensorMetadata.newBuilder()
                .setName(signature.name())
                .setDatatype(signature.type().name());
        for (long dimension : signature.shape().toArray()) {
            tensor.addShape(dimension);
        }
        return tensor.build();
    }

    private RepositoryIndexResponse repositoryIndex() {
        RepositoryIndexResponse.Builder answer = RepositoryIndexResponse.newBuilder();
        for (Model model : ModelJson.repository(models)) {
            answer.addModelsBuilder()
                    .setName(model.name())
                    .setVersion(model.version())
                    .setState("READY");
        }
        return answer.build();
    }

    private ModelStatisticsResponse statistics(ModelStatisticsRequest request) {
        List<? extends Model> wanted = request.getName().isEmpty()
                ? models.all()
                : List.of(models.tensorModel(request.getName(), request.getVersion()));
        ModelStatisticsResponse.Builder answer = ModelStatisticsResponse.newBuilder();
        for (Model model : wanted) {
            ModelStatistics counted = model.statistics();
            answer.addModelStatsBuilder()
                    .setName(model.name())
                    .setVersion(model.version())
                    .setLastInference(counted.lastInferenceMillis())
                    .setInferenceCount(counted.items())
                    .setExecutionCount(counted.executions())
                    .setInferenceStats(InferStatistics.newBuilder()
                            .setSuccess(duration(counted.requestsSucceeded(), counted.totalTime()))
                            .setFail(duration(counted.requestsFailed(), counted.failureTime()))
                            .setQueue(duration(counted.queueTime().count(), counted.queueTime()))
                            .setComputeInfer(duration(counted.computeTime().count(), counted.computeTime())));
        }
        return answer.build();
    }

    private static StatisticDuration duration(long count, LatencyHistogram time) {
        return StatisticDuration.newBuilder()
                .setCount(count)
                .setNs(ModelJson.nanos(time))
                .build();
    }

    private HealthCheckResponse check(HealthCheckRequest request) {
        String service = request.getService();
        if (!service.isEmpty() && !service.equals(SERVICE) && !service.equals(HEALTH)) {
            throw new ServingException(ErrorCode.NOT_FOUND, "there is no service " + service);
        }
        return HealthCheckResponse.newBuilder()
                .setStatus(ready.getAsBoolean() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING)
                .build();
    }
}
