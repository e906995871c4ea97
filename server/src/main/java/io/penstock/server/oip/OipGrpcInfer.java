package io.penstock.server.oip;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.penstock.protocol.oip.InferParameter;
import io.penstock.protocol.oip.ModelInferRequest;
import io.penstock.protocol.oip.ModelInferRequest.InferInputTensor;
import io.penstock.protocol.oip.ModelInferRequest.InferRequestedOutputTensor;
import io.penstock.protocol.oip.ModelInferResponse;
import io.penstock.protocol.oip.ModelInferResponse.InferOutputTensor;
import io.penstock.server.net.Answering;
import io.penstock.server.net.GrpcHandler.GrpcReply;
import io.penstock.server.net.GrpcHandler.GrpcRequest;
import io.penstock.serving.Begun;
import io.penstock.serving.InferRequest;
import io.penstock.serving.InferResponse;
import io.penstock.serving.TensorModel;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.oip.AnswerOutputs;
import io.penstock.serving.oip.InferInputs;
import io.penstock.serving.oip.RegionSpan;
import io.penstock.serving.oip.RequestedOutput;
import io.penstock.serving.oip.SharedRegions;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The call {@code ModelInfer}. Raw tensors are neither copied in nor out. */
final class OipGrpcInfer implements GrpcMethod {
    private static final long ALIGNMENT = 64;

    private final OipParts parts;

    OipGrpcInfer(OipParts parts) {
        this.parts = parts;
    }

    @Override
    public GrpcReply call(GrpcRequest request) throws InterruptedException {
        return infer(request, Map.of());
    }

    /** @param said parameters that the answer carries */
    GrpcReply infer(GrpcRequest request, Map<String, InferParameter> said) throws InterruptedException {
        InferMessage message;
        try {
            message = InferMessage.parse(request.body().bytes());
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e);
        }
        TensorModel model = model(request, message.head());
        return parts.counter().counting(model, "grpc", () -> infer(request, message, model, said));
    }

    @Override
    public Optional<Begun> begin(GrpcRequest request, Answering<GrpcReply> answering) {
        Optional<InferMessage> message;
        try {
            message = InferMessage.parseShort(request.body().bytes(), OipParts.QUICK_BYTES);
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e);
        }
        if (message.isEmpty()
                || parts.usesSharedMemory()
                || GrpcParameters.whole(message.get().head().getParametersMap(), "timeout") > 0) {
            return Optional.empty();
        }
        TensorModel model = model(request, message.get().head());
        if (!parts.isQuick(model, request.body())) {
            return Optional.empty();
        }
        return parts.counter().beginning(model, "grpc", () -> begin(request, message.get(), model, answering));
    }

    private static ServingException malformed(InvalidProtocolBufferException e) {
        return new ServingException(
                ErrorCode.INVALID_REQUEST, "the message is not a ModelInferRequest: " + e.getMessage(), e);
    }

    private TensorModel model(GrpcRequest request, ModelInferRequest head) {
        request.caller().requireUse(head.getModelName());
        return parts.models().tensorModel(head.getModelName(), head.getModelVersion());
    }

    private GrpcReply infer(
            GrpcRequest request, InferMessage message, TensorModel model, Map<String, InferParameter> said)
            throws InterruptedException {
        long started = System.nanoTime();
        Asked asked = asked(request, message, model);
        try (TensorLease _ = asked.request().memory()) {
            return answer(model, asked, model.infer(asked.request()), said, started);
        }
    }

    private Optional<Begun> begin(
            GrpcRequest request, InferMessage message, TensorModel model, Answering<GrpcReply> answering) {
        long started = System.nanoTime();
        Asked asked = asked(request, message, model);
        try (TensorLease _ = asked.request().memory()) {
            return model.begin(
                    asked.request(),
                    new CountedAnswer<>(
                            parts.counter(),
                            model,
                            "grpc",
                            response -> answer(model, asked, response, Map.of(), started),
                            !asked.outputs().stream().allMatch(RequestedOutput::isRaw),
                            answering));
        }
    }

    /**
     * A request as the model takes it.
     *
     * @param request its memory may be given back already
     */
    private record Asked(String id, List<RequestedOutput> outputs, InferRequest request, SharedRegions regions) {}

    /** The caller gives the memory of its request back. */
    private Asked asked(GrpcRequest request, InferMessage message, TensorModel model) {
        ModelInferRequest head = message.head();
        SharedRegions regions = parts.regions(request.caller());
        List<RequestedOutput> outputs =
                head.getOutputsList().stream().map(OipGrpcInfer::requested).toList();
        List<String> names = outputs.stream().map(RequestedOutput::name).toList();
        InferInputs.checkOutputs(model.signature(), names);
        outputs.forEach(output -> output.span().ifPresent(regions::check));
        InferInputs inputs = new InferInputs(model.signature());
        List<TensorSignature> declared = head.getInputsList().stream()
                .map(input -> inputs.declare(
                        input.getName(),
                        input.getDatatype(),
                        input.getShapeList().stream().mapToLong(Long::longValue).toArray()))
                .toList();
        Deadline deadline = deadline(head, request.deadline());
        long priority = GrpcParameters.whole(head.getParametersMap(), "priority");
        boolean raw = !message.raw().isEmpty();
        TensorLease memory = raw ? request.body().lease().retain() : addTyped(inputs, declared, head, regions);
        boolean done = false;
        try {
            if (raw) {
                addRaw(inputs, declared, message);
            }
            Asked asked = new Asked(
                    head.getId(),
                    outputs,
                    new InferRequest(request.id(), inputs.complete(), names, deadline, priority, memory),
                    regions);
            done = true;
            return asked;
        } finally {
            if (!done) {
                memory.close();
            }
        }
    }

    private static RequestedOutput requested(InferRequestedOutputTensor output) {
        Map<String, InferParameter> parameters = output.getParametersMap();
        long classes = GrpcParameters.whole(parameters, "classification");
        return new RequestedOutput(
                output.getName(), true, (int) Math.min(classes, Integer.MAX_VALUE), GrpcParameters.span(parameters));
    }

    private static Deadline deadline(ModelInferRequest head, Deadline limit) {
        long timeout = GrpcParameters.whole(head.getParametersMap(), "timeout");
        if (timeout <= 0) {
            return limit;
        }
        long micros = Math.min(timeout, Long.MAX_VALUE / 4_000);
        return limit.earlier(Deadline.after(Duration.ofNanos(1_000 * micros)));
    }

    private static void addRaw(InferInputs inputs, List<TensorSignature> declared, InferMessage message) {
        if (message.raw().size() != declared.size()) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST,
                    "raw_input_contents has " + message.raw().size() + " entries for " + declared.size()
                            + " inputs; where one input is raw, all are");
        }
        for (int i = 0; i < declared.size(); i++) {
            InferInputTensor input = message.head().getInputs(i);
            if (input.hasContents() || input.containsParameters(GrpcParameters.REGION)) {
                throw new ServingException(
                        ErrorCode.INVALID_REQUEST,
                        "input '" + declared.get(i).name() + "' has "
                                + (input.hasContents() ? "contents" : GrpcParameters.REGION)
                                + ", although raw_input_contents is used");
            }
            inputs.addBinary(declared.get(i), message.raw().get(i));
        }
    }

    /** Inputs in typed contents or in shared memory, side by side in memory of their own. */
    private TensorLease addTyped(
            InferInputs inputs, List<TensorSignature> declared, ModelInferRequest head, SharedRegions regions) {
        List<TypedContents> typed = new ArrayList<>(declared.size());
        List<Optional<RegionSpan>> spans = new ArrayList<>(declared.size());
        long[] offsets = new long[declared.size() + 1];
        long[] sizes = new long[declared.size()];
        for (int i = 0; i < sizes.length; i++) {
            InferInputTensor input = head.getInputs(i);
            Optional<RegionSpan> span = GrpcParameters.span(input.getParametersMap());
            if (span.isPresent() && input.hasContents()) {
                throw new ServingException(
                        ErrorCode.INVALID_REQUEST,
                        "input '" + input.getName() + "' has both contents and " + GrpcParameters.REGION);
            }
            span.ifPresent(regions::check);
            TypedContents contents = new TypedContents(declared.get(i), input.getContents());
            sizes[i] = span.isPresent() ? span.get().byteSize() : contents.byteSize();
            offsets[i + 1] = (offsets[i] + sizes[i] + ALIGNMENT - 1) & -ALIGNMENT;
            typed.add(contents);
            spans.add(span);
        }
        TensorLease lease = parts.pool().allocate(offsets[sizes.length]);
        boolean done = false;
        try {
            for (int i = 0; i < sizes.length; i++) {
                MemorySegment target = lease.memory().asSlice(offsets[i], sizes[i]);
                if (spans.get(i).isPresent()) {
                    regions.read(spans.get(i).get(), target);
                } else {
                    typed.get(i).write(target);
                }
                inputs.addBinary(declared.get(i), target);
            }
            done = true;
            return lease;
        } finally {
            if (!done) {
                lease.close();
            }
        }
    }

    /** @param response is taken over */
    private GrpcReply answer(
            TensorModel model, Asked asked, InferResponse response, Map<String, InferParameter> said, long started) {
        boolean done = false;
        try {
            parts.traces().answered(model.name(), asked.request().id(), started, response.timings());
            AnswerOutputs outputs =
                    AnswerOutputs.of(model.signature(), asked.outputs(), true, response, asked.regions(), parts.pool());
            List<MemorySegment> encoded = encode(model, asked.id(), outputs, said);
            done = true;
            return new GrpcReply(encoded, () -> {
                outputs.close();
                response.close();
            });
        } finally {
            if (!done) {
                response.close();
            }
        }
    }

    private static List<MemorySegment> encode(
            TensorModel model, String id, AnswerOutputs outputs, Map<String, InferParameter> said) {
        ModelInferResponse.Builder head = ModelInferResponse.newBuilder()
                .setModelName(model.name())
                .setModelVersion(model.version())
                .setId(id)
                .putAllParameters(said);
        List<MemorySegment> encoded = new ArrayList<>();
        for (AnswerOutputs.Output each : outputs.all()) {
            Tensor tensor = each.tensor();
            InferOutputTensor.Builder output = head.addOutputsBuilder()
                    .setName(each.wanted().name())
                    .setDatatype(tensor.type().name());
            for (long dimension : tensor.shape().toArray()) {
                output.addShape(dimension);
            }
            Optional<RegionSpan> span = each.wanted().span();
            if (span.isPresent()) {
                output.putAllParameters(GrpcParameters.of(span.get(), tensor.byteSize()));
            }
            // One entry for each output, empty where its elements went elsewhere: clients count them.
            MemorySegment raw = span.isPresent() ? MemorySegment.NULL : tensor.data();
            encoded.add(MemorySegment.ofArray(rawHead(raw.byteSize())));
            encoded.add(raw);
        }
        encoded.addFirst(MemorySegment.ofArray(head.build().toByteArray()));
        return encoded;
    }

    /** Tag and length of one entry of {@code raw_output_contents}. */
    private static byte[] rawHead(long bytes) {
        int length = Math.toIntExact(bytes);
        byte[] out = new byte[1 + CodedOutputStream.computeUInt32SizeNoTag(length)];
        CodedOutputStream writer = CodedOutputStream.newInstance(out);
        try {
            writer.writeTag(ModelInferResponse.RAW_OUTPUT_CONTENTS_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            writer.writeUInt32NoTag(length);
        } catch (IOException e) { // the array is as long as what is written
            throw new UncheckedIOException(e);
        }
        return out;
    }
}
