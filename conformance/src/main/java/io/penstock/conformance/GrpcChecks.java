package io.penstock.conformance;

import static io.penstock.conformance.Check.must;
import static io.penstock.conformance.Check.should;
import static io.penstock.conformance.Mismatch.unless;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.penstock.protocol.health.HealthCheckRequest;
import io.penstock.protocol.health.HealthCheckResponse;
import io.penstock.protocol.oip.ModelInferRequest;
import io.penstock.protocol.oip.ModelInferResponse;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** C: raw and typed contents, limits, cancelling, streams. */
final class GrpcChecks {
    private static final int STREAMED = 20;
    private static final int BIG_BYTES = 8 << 20;

    private GrpcChecks() {}

    static List<Check> all() {
        return List.of(
                must("C1.mixed", "raw and typed contents together are INVALID_ARGUMENT", GrpcChecks::mixed),
                must("C2.too-few", "fewer raw contents than inputs are INVALID_ARGUMENT", GrpcChecks::tooFew),
                must("C2.too-many", "more raw contents than inputs are INVALID_ARGUMENT", GrpcChecks::tooMany),
                must(
                        "C2.length",
                        "raw contents of another length than the shape's are INVALID_ARGUMENT",
                        GrpcChecks::length),
                must(
                        "C3.elements",
                        "contents of another count than the shape's are INVALID_ARGUMENT",
                        GrpcChecks::elements),
                should("C3.range", "an element that the datatype cannot hold is INVALID_ARGUMENT", GrpcChecks::range),
                must("C4.cancel", "calls that are given up leave the server as it was", GrpcChecks::cancelled),
                must(
                        "C4.deadline",
                        "a deadline that is over is DEADLINE_EXCEEDED, and the server lives on",
                        s -> deadline(s)),
                should("C5.large", "a message of 8 MiB is answered", GrpcChecks::large),
                must("C6.unknown-method", "an unknown method is UNIMPLEMENTED", GrpcChecks::unknownMethod),
                should("C7.health", "grpc.health.v1.Health answers SERVING", GrpcChecks::health),
                should("C8.stream", "20 requests on one stream give 20 answers with their ids", GrpcChecks::stream),
                should(
                        "C8.error",
                        "a bad request in a stream is told in its place, and the rest is answered",
                        GrpcChecks::streamError),
                should("C8.nothing", "a stream that ends without a request ends with OK", GrpcChecks::emptyStream));
    }

    private static void refused(Subject s, ModelInferRequest.Builder request) throws Exception {
        Status status = s.grpc().refusal("ModelInfer", request.build(), ModelInferResponse.getDefaultInstance());
        unless(status.getCode() == Status.Code.INVALID_ARGUMENT, status.toString());
        s.checkAlive();
    }

    private static NamedValues input(ModelFace model) {
        return new NamedValues(
                model.input().name(),
                model.input().filled(model.input().type().orElseThrow().plainSamples()));
    }

    private static void mixed(Subject s) throws Exception {
        ModelFace model = s.anyIdentity();
        refused(
                s,
                GrpcMessages.contents(model, List.of(input(model)))
                        .addRawInputContents(
                                ByteString.copyFrom(input(model).values().raw())));
    }

    private static void tooFew(Subject s) throws Exception {
        ModelFace model = s.withSeveralInputs();
        ModelInferRequest.Builder request = GrpcMessages.raw(model, model.tameInputs());
        ByteString first = request.getRawInputContents(0);
        refused(s, request.clearRawInputContents().addRawInputContents(first));
    }

    private static void tooMany(Subject s) throws Exception {
        ModelFace model = s.anyIdentity();
        refused(s, GrpcMessages.raw(model, List.of(input(model))).addRawInputContents(ByteString.copyFromUtf8("more")));
    }

    private static void length(Subject s) throws Exception {
        ModelFace model = s.anyIdentity();
        ModelInferRequest.Builder request = GrpcMessages.raw(model, List.of(input(model)));
        refused(s, request.setRawInputContents(0, request.getRawInputContents(0).substring(1)));
    }

    private static void elements(Subject s) throws Exception {
        ModelFace model = s.anyIdentity();
        ModelInferRequest.Builder request = GrpcMessages.contents(model, List.of(input(model)));
        Values fewer = new Values(
                input(model).values().type(),
                List.of(1L),
                input(model).values().elements().subList(0, 1));
        request.getInputsBuilder(0).setContents(fewer.contents());
        refused(s, request);
    }

    private static void range(Subject s) throws Exception {
        ModelFace model = s.identity(Datatype.INT8);
        Values wide = new Values(Datatype.INT32, model.input().closed(1), List.of(BigInteger.valueOf(1000)));
        ModelInferRequest.Builder request = GrpcMessages.contents(
                model, List.of(new NamedValues(model.input().name(), wide)));
        request.getInputsBuilder(0).setDatatype("INT8");
        refused(s, request);
    }

    private static void cancelled(Subject s) {
        ModelFace model = s.model();
        ModelInferRequest request = GrpcMessages.raw(model, model.tameInputs()).build();
        for (int i = 0; i < STREAMED; i++) {
            s.grpc().cancelled(request);
        }
        s.grpc().infer(request);
    }

    private static void deadline(Subject s) throws Exception {
        ModelFace model = s.model();
        ModelInferRequest request = GrpcMessages.raw(model, model.tameInputs()).build();
        for (int i = 0; i < STREAMED; i++) {
            try {
                s.grpc()
                        .call(
                                GrpcSide.SERVICE + "/ModelInfer",
                                request,
                                ModelInferResponse.getDefaultInstance(),
                                Duration.ofNanos(200_000L * i));
            } catch (StatusRuntimeException e) {
                unless(
                        e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED,
                        e.getStatus().toString());
            }
        }
        s.grpc().infer(request);
        s.checkAlive();
    }

    private static void large(Subject s) {
        ModelFace model = s.anyIdentity();
        Datatype type = model.input().type().orElseThrow();
        if (!model.input().isOpen()) {
            throw new Inapplicable("model " + model.name() + " has no open dimension");
        }
        long count = BIG_BYTES / type.bytes();
        Values big = Values.repeating(type, model.input().closed(count), type.plainSamples());
        ModelInferResponse answer = s.grpc()
                .infer(GrpcMessages.raw(
                                model, List.of(new NamedValues(model.input().name(), big)))
                        .build());
        unless(
                big.equals(GrpcMessages.outputs(answer).get(model.output().name())),
                "other values came back than were sent");
    }

    private static void unknownMethod(Subject s) {
        Status status = s.grpc()
                .refusal(
                        "NoSuchMethod",
                        HealthCheckRequest.getDefaultInstance(),
                        HealthCheckResponse.getDefaultInstance());
        unless(status.getCode() == Status.Code.UNIMPLEMENTED, status.toString());
    }

    private static void health(Subject s) {
        HealthCheckResponse answer = s.grpc()
                .call(
                        "grpc.health.v1.Health/Check",
                        HealthCheckRequest.getDefaultInstance(),
                        HealthCheckResponse.getDefaultInstance(),
                        Duration.ofSeconds(10));
        unless(answer.getStatus() == HealthCheckResponse.ServingStatus.SERVING, "status " + answer.getStatus());
    }

    private static List<ModelInferRequest> streamed(ModelFace model) {
        List<ModelInferRequest> requests = new ArrayList<>();
        for (int i = 0; i < STREAMED; i++) {
            requests.add(
                    GrpcMessages.raw(model, model.tameInputs()).setId("s" + i).build());
        }
        return requests;
    }

    private static void stream(Subject s) throws Exception {
        List<ModelInferRequest> requests = streamed(s.model());
        List<String> ids = s.grpc().stream(requests).stream()
                .map(streamed ->
                        streamed.answer().map(ModelInferResponse::getId).orElseGet(() -> "error: " + streamed.error()))
                .sorted()
                .toList();
        List<String> sent =
                requests.stream().map(ModelInferRequest::getId).sorted().toList();
        unless(ids.equals(sent), Mismatch.shown("came: " + ids));
    }

    private static void streamError(Subject s) throws Exception {
        List<ModelInferRequest> requests = streamed(s.model());
        requests.set(
                STREAMED / 2,
                requests.getFirst().toBuilder().setModelName("no-such-model").build());
        List<GrpcSide.Streamed> answers = s.grpc().stream(requests);
        long errors = answers.stream().filter(each -> !each.error().isEmpty()).count();
        unless(
                answers.size() == STREAMED && errors == 1,
                answers.size() + " answers came for " + STREAMED + " requests, " + errors + " of them with an error");
    }

    private static void emptyStream(Subject s) throws Exception {
        List<GrpcSide.Streamed> answers = s.grpc().stream(List.of());
        unless(answers.isEmpty(), answers.size() + " answers came to no request");
    }
}
