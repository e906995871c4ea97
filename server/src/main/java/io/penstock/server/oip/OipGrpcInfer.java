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
import io.penstock.server.metrics.InferCounter;
import io.penstock.server.net.GrpcHandler.GrpcReply;
import io.penstock.server.net.GrpcHandler.GrpcRequest;
import io.penstock.serving.InferRequest;
import io.penstock.serving.InferResponse;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.TensorModel;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.oip.InferInputs;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The call {@code ModelInfer}. Raw tensors are neither copied in nor out. */
final class OipGrpcInfer {
    private static final long ALIGNMENT = 64;

    private final ModelRegistry models;
    private final TensorPool pool;
    private final InferCounter counter;

    OipGrpcInfer(ModelRegistry models, TensorPool pool, InferCounter counter) {
        this.models = models;
        this.pool = pool;
        this.counter = counter;
    }

    GrpcReply infer(GrpcRequest request) throws InterruptedException {
        InferMessage message;
        try {
            message = InferMessage.parse(request.body().bytes());
        } catch (InvalidProtocolBufferException e) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "the message is not a ModelInferRequest: " + e.getMessage(), e);
        }
        ModelInferRequest head = message.head();
        TensorModel model = models.tensorModel(head.getModelName(), head.getModelVersion());
        return counter.counting(model, "grpc", () -> infer(request, message, model));
    }

    private GrpcReply infer(GrpcRequest request, InferMessage message, TensorModel model) throws InterruptedException {
        ModelInferRequest head = message.head();
        List<String> outputs = head.getOutputsList().stream()
                .map(InferRequestedOutputTensor::getName)
                .toList();
        refuseExtensions(head);
        InferInputs.checkOutputs(model.signature(), outputs);
        InferInputs inputs = new InferInputs(model.signature());
        List<TensorSignature> declared = head.getInputsList().stream()
                .map(input -> inputs.declare(
                        input.getName(),
                        input.getDatatype(),
                        input.getShapeList().stream().mapToLong(Long::longValue).toArray()))
                .toList();
        Deadline deadline = deadline(head, request.deadline());
        if (!message.raw().isEmpty()) {
            addRaw(inputs, declared, message);
            TensorLease raw = request.body().lease();
            return run(model, head, new InferRequest(request.id(), inputs.complete(), outputs, deadline, raw));
        }
        try (TensorLease typed = addTyped(inputs, declared, head)) {
            return run(model, head, new InferRequest(request.id(), inputs.complete(), outputs, deadline, typed));
        }
    }

    private static Deadline deadline(ModelInferRequest head, Deadline limit) {
        InferParameter timeout = head.getParametersMap().get("timeout");
        if (timeout == null || !timeout.hasInt64Param() || timeout.getInt64Param() <= 0) {
            return limit;
        }
        long micros = Math.min(timeout.getInt64Param(), Long.MAX_VALUE / 4_000);
        return limit.earlier(Deadline.after(Duration.ofNanos(1_000 * micros)));
    }

    private static void refuseExtensions(ModelInferRequest head) {
        boolean sharedMemory = head.getInputsList().stream().anyMatch(i -> i.containsParameters("shared_memory_region"))
                || head.getOutputsList().stream().anyMatch(o -> o.containsParameters("shared_memory_region"));
        if (sharedMemory) {
            throw new ServingException(ErrorCode.UNIMPLEMENTED, "shared memory is not supported");
        }
        if (head.getOutputsList().stream().anyMatch(o -> o.containsParameters("classification"))) {
            throw new ServingException(ErrorCode.UNIMPLEMENTED, "the classification extension is not supported");
        }
    }

    private static void addRaw(InferInputs inputs, List<TensorSignature> declared, InferMessage message) {
        if (message.raw().size() != declared.size()) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST,
                    "raw_input_contents has " + message.raw().size() + " entries for " + declared.size()
                            + " inputs; where one input is raw, all are");
        }
        for (int i = 0; i < declared.size(); i++) {
            if (message.head().getInputs(i).hasContents()) {
                throw new ServingException(
                        ErrorCode.INVALID_REQUEST,
                        "input '" + declared.get(i).name() + "' has contents, although raw_input_contents is used");
            }
            inputs.addBinary(declared.get(i), message.raw().get(i));
        }
    }

    private TensorLease addTyped(InferInputs inputs, List<TensorSignature> declared, ModelInferRequest head) {
        List<TypedContents> all = new ArrayList<>(declared.size());
        long[] offsets = new long[declared.size() + 1];
        long[] sizes = new long[declared.size()];
        for (int i = 0; i < sizes.length; i++) {
            InferInputTensor input = head.getInputs(i);
            TypedContents contents = new TypedContents(declared.get(i), input.getContents());
            sizes[i] = contents.byteSize();
            offsets[i + 1] = (offsets[i] + sizes[i] + ALIGNMENT - 1) & -ALIGNMENT;
            all.add(contents);
        }
        TensorLease lease = pool.allocate(offsets[sizes.length]);
        boolean done = false;
        try {
            for (int i = 0; i < sizes.length; i++) {
                MemorySegment target = lease.memory().asSlice(offsets[i], sizes[i]);
                all.get(i).write(target);
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

    private static GrpcReply run(TensorModel model, ModelInferRequest head, InferRequest request)
            throws InterruptedException {
        InferResponse response = model.infer(request);
        boolean done = false;
        try {
            List<MemorySegment> parts = encode(model, head.getId(), request.outputs(), response);
            done = true;
            return new GrpcReply(parts, response::close);
        } finally {
            if (!done) {
                response.close();
            }
        }
    }

    private static List<MemorySegment> encode(
            TensorModel model, String id, List<String> wanted, InferResponse response) {
        ModelInferResponse.Builder head = ModelInferResponse.newBuilder()
                .setModelName(model.name())
                .setModelVersion(model.version())
                .setId(id);
        List<MemorySegment> parts = new ArrayList<>();
        for (String name : wanted.isEmpty() ? List.copyOf(response.outputs().sequencedKeySet()) : wanted) {
            Tensor tensor = response.outputs().get(name);
            if (tensor == null) {
                throw new IllegalStateException("the model gave no output " + name);
            }
            InferOutputTensor.Builder output = head.addOutputsBuilder()
                    .setName(name)
                    .setDatatype(tensor.type().name());
            for (long dimension : tensor.shape().toArray()) {
                output.addShape(dimension);
            }
            parts.add(MemorySegment.ofArray(rawHead(tensor.byteSize())));
            parts.add(tensor.data());
        }
        parts.addFirst(MemorySegment.ofArray(head.build().toByteArray()));
        return parts;
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
