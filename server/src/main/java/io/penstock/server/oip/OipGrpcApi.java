package io.penstock.server.oip;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.penstock.protocol.health.HealthCheckRequest;
import io.penstock.protocol.health.HealthProto;
import io.penstock.protocol.oip.InferBatchStatistics;
import io.penstock.protocol.oip.InferStatistics;
import io.penstock.protocol.oip.ModelConfig;
import io.penstock.protocol.oip.ModelConfigRequest;
import io.penstock.protocol.oip.ModelConfigResponse;
import io.penstock.protocol.oip.ModelInput;
import io.penstock.protocol.oip.ModelMetadataRequest;
import io.penstock.protocol.oip.ModelMetadataResponse;
import io.penstock.protocol.oip.ModelMetadataResponse.TensorMetadata;
import io.penstock.protocol.oip.ModelOutput;
import io.penstock.protocol.oip.ModelReadyRequest;
import io.penstock.protocol.oip.ModelReadyResponse;
import io.penstock.protocol.oip.ModelStatisticsRequest;
import io.penstock.protocol.oip.ModelStatisticsResponse;
import io.penstock.protocol.oip.ModelTransactionPolicy;
import io.penstock.protocol.oip.OipProto;
import io.penstock.protocol.oip.ServerLiveRequest;
import io.penstock.protocol.oip.ServerLiveResponse;
import io.penstock.protocol.oip.ServerMetadataRequest;
import io.penstock.protocol.oip.ServerMetadataResponse;
import io.penstock.protocol.oip.ServerReadyRequest;
import io.penstock.protocol.oip.ServerReadyResponse;
import io.penstock.protocol.oip.StatisticDuration;
import io.penstock.protocol.reflection.v1.ReflectionProto;
import io.penstock.server.net.Answering;
import io.penstock.server.net.Caller;
import io.penstock.server.net.GrpcHandler;
import io.penstock.serving.Begun;
import io.penstock.serving.LatencyHistogram;
import io.penstock.serving.Model;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.ModelStatistics;
import io.penstock.serving.TensorModel;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** {@code inference.GRPCInferenceService}, {@code grpc.health.v1.Health} and server reflection. */
public final class OipGrpcApi implements GrpcHandler {
    private static final String SERVICE = "inference.GRPCInferenceService";

    private final OipParts parts;
    private final ModelRegistry models;
    private final Map<String, GrpcMethod> methods = new HashMap<>();
    private final Map<String, StreamMethod> streams = new HashMap<>();

    @FunctionalInterface
    private interface StreamMethod {
        void serve(GrpcStream stream) throws InterruptedException;
    }

    public OipGrpcApi(OipParts parts) {
        this.parts = parts;
        this.models = parts.models();
        OipGrpcInfer infer = new OipGrpcInfer(parts);
        methods.put(path("ModelInfer"), infer);
        streams.put(
                path("ModelStreamInfer"),
                new OipGrpcStream(infer, parts.limits().protocols().messagesPerStream())::serve);
        add(
                "ServerLive",
                ServerLiveRequest::parser,
                (caller, request) ->
                        ServerLiveResponse.newBuilder().setLive(true).build());
        add(
                "ServerReady",
                ServerReadyRequest::parser,
                (caller, request) -> ServerReadyResponse.newBuilder()
                        .setReady(parts.ready().getAsBoolean())
                        .build());
        add("ServerMetadata", ServerMetadataRequest::parser, (caller, request) -> server());
        add("ModelReady", ModelReadyRequest::parser, this::modelReady);
        add("ModelMetadata", ModelMetadataRequest::parser, this::metadata);
        add("ModelConfig", ModelConfigRequest::parser, this::config);
        add("ModelStatistics", ModelStatisticsRequest::parser, this::statistics);
        new OipGrpcExtensions(parts).addTo(this::add);
        addServices();
    }

    private void addServices() {
        GrpcHealth health = new GrpcHealth(Set.of(SERVICE, GrpcHealth.NAME), parts.ready());
        methods.put(
                "/" + GrpcHealth.NAME + "/Check",
                GrpcMethod.of(HealthCheckRequest::parser, (caller, request) -> health.check(request)));
        streams.put("/" + GrpcHealth.NAME + "/Watch", health::watch);
        streams.put("/" + GrpcReflection.V1 + "/ServerReflectionInfo", OipGrpcApi::reflect);
        streams.put("/" + GrpcReflection.V1_ALPHA + "/ServerReflectionInfo", OipGrpcApi::reflect);
    }

    /** Descriptors are read for who asks: most servers are never asked, and reading them takes longer than a start may. */
    private static void reflect(GrpcStream stream) throws InterruptedException {
        new GrpcReflection(List.of(
                        OipProto.getDescriptor(),
                        HealthProto.getDescriptor(),
                        ReflectionProto.getDescriptor(),
                        io.penstock.protocol.reflection.v1alpha.ReflectionProto.getDescriptor()))
                .serve(stream);
    }

    private static String path(String method) {
        return "/" + SERVICE + "/" + method;
    }

    private <Q extends MessageLite> void add(String method, Supplier<Parser<Q>> parser, GrpcMethod.Answer<Q> handler) {
        methods.put(path(method), GrpcMethod.of(parser, handler));
    }

    @Override
    public Kind kind(String path) {
        if (methods.containsKey(path)) {
            return Kind.UNARY;
        }
        return streams.containsKey(path) ? Kind.STREAM : Kind.ABSENT;
    }

    @Override
    public GrpcReply call(GrpcRequest request) throws InterruptedException {
        try {
            return found(methods, request.path()).call(request);
        } catch (ServingException e) {
            throw request.caller().shown(e);
        }
    }

    @Override
    public Optional<Begun> begin(GrpcRequest request, Answering<GrpcReply> answering) {
        try {
            return found(methods, request.path())
                    .begin(request, answering.from(Function.identity(), request.caller()::shown));
        } catch (ServingException e) {
            throw request.caller().shown(e);
        }
    }

    @Override
    public void stream(GrpcStream stream) throws InterruptedException {
        found(streams, stream.path()).serve(stream);
    }

    private static <M> M found(Map<String, M> methods, String path) {
        M method = methods.get(path);
        if (method == null) {
            throw new ServingException(ErrorCode.UNIMPLEMENTED, "there is no method " + path);
        }
        return method;
    }

    private ServerMetadataResponse server() {
        return ServerMetadataResponse.newBuilder()
                .setName(parts.identity().name())
                .setVersion(parts.identity().version())
                .addAllExtensions(parts.extensions())
                .build();
    }

    /** An unknown model is not ready, as Triton has it: no error. */
    private ModelReadyResponse modelReady(Caller caller, ModelReadyRequest request) {
        caller.requireUse(request.getName());
        return ModelReadyResponse.newBuilder()
                .setReady(parts.isReady(request.getName(), request.getVersion()))
                .build();
    }

    private ModelMetadataResponse metadata(Caller caller, ModelMetadataRequest request) {
        caller.requireUse(request.getName());
        TensorModel model = models.tensorModel(request.getName(), request.getVersion());
        ModelMetadataResponse.Builder answer = ModelMetadataResponse.newBuilder()
                .setName(model.name())
                .addAllVersions(parts.versions(model.name()))
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

    /** The part of Triton's configuration that clients look at. */
    private ModelConfigResponse config(Caller caller, ModelConfigRequest request) {
        caller.requireUse(request.getName());
        TensorModel model = models.tensorModel(request.getName(), request.getVersion());
        ModelConfig.Builder config = ModelConfig.newBuilder()
                .setName(model.name())
                .setPlatform(model.signature().platform())
                .setBackend(ModelJson.backend(model.signature()))
                .setMaxBatchSize(model.maxBatchSize())
                .setModelTransactionPolicy(ModelTransactionPolicy.newBuilder().setDecoupled(false));
        for (TensorSignature input : ModelJson.items(model, model.signature().inputs())) {
            ModelInput.Builder tensor =
                    config.addInputBuilder().setName(input.name()).setDataType(type(input));
            Arrays.stream(input.shape().toArray()).forEach(tensor::addDims);
        }
        for (TensorSignature output : ModelJson.items(model, model.signature().outputs())) {
            ModelOutput.Builder tensor =
                    config.addOutputBuilder().setName(output.name()).setDataType(type(output));
            Arrays.stream(output.shape().toArray()).forEach(tensor::addDims);
        }
        return ModelConfigResponse.newBuilder().setConfig(config).build();
    }

    private static io.penstock.protocol.oip.DataType type(TensorSignature tensor) {
        return io.penstock.protocol.oip.DataType.valueOf("TYPE_"
                + (tensor.type() == DataType.BYTES ? "STRING" : tensor.type().name()));
    }

    private ModelStatisticsResponse statistics(Caller caller, ModelStatisticsRequest request) {
        if (!request.getName().isEmpty()) {
            caller.requireUse(request.getName());
        }
        List<? extends Model> wanted = parts.counted(request.getName(), request.getVersion());
        ModelStatisticsResponse.Builder answer = ModelStatisticsResponse.newBuilder();
        for (Model model : wanted) {
            if (!caller.mayUse(model.name())) {
                continue;
            }
            ModelStatistics counted = model.statistics();
            answer.addModelStatsBuilder()
                    .setName(model.name())
                    .setVersion(model.version())
                    .setLastInference(counted.lastInferenceMillis())
                    .setInferenceCount(counted.items())
                    .setExecutionCount(counted.executions())
                    .setInferenceStats(phases(counted))
                    .addAllBatchStats(
                            counted.batchSizes().stream().map(OipGrpcApi::batch).toList());
        }
        return answer.build();
    }

    private static InferStatistics phases(ModelStatistics counted) {
        return InferStatistics.newBuilder()
                .setSuccess(duration(counted.requestsSucceeded(), ModelJson.nanos(counted.totalTime())))
                .setFail(duration(counted.requestsFailed(), ModelJson.nanos(counted.failureTime())))
                .setQueue(timed(counted.queueTime()))
                .setComputeInput(timed(counted.inputTime()))
                .setComputeInfer(timed(counted.computeTime()))
                .setComputeOutput(timed(counted.outputTime()))
                .setCacheHit(duration(0, 0))
                .setCacheMiss(duration(0, 0))
                .build();
    }

    private static InferBatchStatistics batch(ModelStatistics.BatchSize size) {
        return InferBatchStatistics.newBuilder()
                .setBatchSize(size.items())
                .setComputeInput(duration(size.executions(), size.nanos().input()))
                .setComputeInfer(duration(size.executions(), size.nanos().infer()))
                .setComputeOutput(duration(size.executions(), size.nanos().output()))
                .build();
    }

    private static StatisticDuration timed(LatencyHistogram time) {
        return duration(time.count(), ModelJson.nanos(time));
    }

    private static StatisticDuration duration(long count, long nanos) {
        return StatisticDuration.newBuilder().setCount(count).setNs(nanos).build();
    }
}
