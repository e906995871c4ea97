package io.penstock.pipeline;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.serving.InferRequest;
import io.penstock.serving.InferResponse;
import io.penstock.serving.ModelStatistics;
import io.penstock.serving.TensorModel;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A pipeline called as a model: input {@code image} BYTES[1]; outputs {@code boxes} FP32[n,4] (x, y, width, height in
 * pixels of the picture), {@code scores} FP32[n], {@code classes} INT32[n], {@code labels} BYTES[n] and {@code result}
 * BYTES[1], the JSON.
 */
public final class PipelineModel implements TensorModel {
    private static final ModelSignature SIGNATURE = new ModelSignature(
            "penstock_pipeline",
            List.of(new TensorSignature("image", DataType.BYTES, Shape.of(1))),
            List.of(
                    new TensorSignature("boxes", DataType.FP32, Shape.of(Shape.ANY, 4)),
                    new TensorSignature("scores", DataType.FP32, Shape.of(Shape.ANY)),
                    new TensorSignature("classes", DataType.INT32, Shape.of(Shape.ANY)),
                    new TensorSignature("labels", DataType.BYTES, Shape.of(Shape.ANY)),
                    new TensorSignature("result", DataType.BYTES, Shape.of(1))),
            Map.of());
    private static final ValueLayout.OfInt LENGTH = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Pipeline pipeline;
    private final TensorPool pool;
    private final ModelStatistics statistics = new ModelStatistics();

    public PipelineModel(Pipeline pipeline, TensorPool pool) {
        this.pipeline = pipeline;
        this.pool = pool;
    }

    @Override
    public String name() {
        return pipeline.name();
    }

    @Override
    public ModelSignature signature() {
        return SIGNATURE;
    }

    @Override
    public ModelStatistics statistics() {
        return statistics;
    }

    @Override
    public InferResponse infer(InferRequest request) throws InterruptedException {
        long started = System.nanoTime();
        boolean answered = false;
        try (Answer answer = pipeline.infer(request.id(), new Payload("", image(request)), request.deadline())) {
            InferResponse response = response(answer.result(), request.outputs());
            long total = System.nanoTime() - started;
            Result.Timings spent = answer.result().timings();
            statistics.executed(
                    1,
                    1,
                    new ModelStatistics.Phases(
                            spent.preprocess().toNanos(),
                            spent.infer().toNanos(),
                            spent.postprocess().toNanos()));
            statistics.succeeded(response.timings().queueNanos(), total, System.currentTimeMillis());
            answered = true;
            return response;
        } finally {
            if (!answered) {
                statistics.failed(System.nanoTime() - started);
            }
        }
    }

    private MemorySegment image(InferRequest request) {
        Tensor image = request.inputs().get("image");
        if (image == null || request.inputs().size() != 1) {
            throw refused(
                    "takes exactly one input, image, not " + request.inputs().keySet());
        }
        if (image.type() != DataType.BYTES || !image.shape().equals(Shape.of(1))) {
            throw refused("takes image as BYTES[1], not " + image.type() + image.shape());
        }
        long length = image.data().byteSize() < 4
                ? -1
                : Integer.toUnsignedLong(image.data().get(LENGTH, 0));
        if (length != image.data().byteSize() - 4) {
            throw refused("the length before image's bytes is not their number");
        }
        return image.data().asSlice(4);
    }

    private InferResponse response(Result result, List<String> wanted) {
        SequencedMap<String, byte[]> bytes = new LinkedHashMap<>();
        List<String> names = wanted.isEmpty()
                ? SIGNATURE.outputs().stream().map(TensorSignature::name).toList()
                : wanted;
        for (String name : names) {
            bytes.put(name, output(name, result));
        }
        TensorLease memory = pool.allocate(bytes.values().stream()
                .mapToLong(value -> (value.length + 7) & -8)
                .sum());
        SequencedMap<String, Tensor> outputs = new LinkedHashMap<>();
        long offset = 0;
        int count = result.findings().detections().size();
        for (Map.Entry<String, byte[]> entry : bytes.entrySet()) {
            TensorSignature output = SIGNATURE.findOutput(entry.getKey()).orElseThrow();
            MemorySegment data = memory.memory().asSlice(offset, entry.getValue().length);
            data.copyFrom(MemorySegment.ofArray(entry.getValue()));
            Shape shape =
                    output.shape().isFixed() ? output.shape() : output.shape().withBatch(count);
            outputs.put(entry.getKey(), new Tensor(output.type(), shape, data));
            offset += (entry.getValue().length + 7) & -8;
        }
        InferResponse.Timings timings = new InferResponse.Timings(
                result.timings().queue().toNanos(), result.timings().infer().toNanos());
        return new InferResponse(outputs, memory, timings);
    }

    private byte[] output(String name, Result result) {
        List<Detection> found = result.findings().detections();
        ByteBuffer numbers = ByteBuffer.allocate(16 * found.size()).order(ByteOrder.LITTLE_ENDIAN);
        switch (name) {
            case "boxes" -> {
                for (Detection detection : found) {
                    Box box = detection.box();
                    numbers.putFloat(box.x())
                            .putFloat(box.y())
                            .putFloat(box.width())
                            .putFloat(box.height());
                }
            }
            case "scores" -> found.forEach(detection -> numbers.putFloat(detection.score()));
            case "classes" -> found.forEach(detection -> numbers.putInt(detection.classId()));
            case "labels" -> {
                return strings(found.stream().map(Detection::label).toList());
            }
            case "result" -> {
                return strings(List.of(ResultJson.write(result)));
            }
            default -> throw refused("has no output " + name);
        }
        byte[] written = new byte[numbers.position()];
        numbers.flip().get(written);
        return written;
    }

    private static byte[] strings(List<String> texts) {
        List<byte[]> encoded = texts.stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
        ByteBuffer bytes = ByteBuffer.allocate(
                        encoded.stream().mapToInt(text -> 4 + text.length).sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        encoded.forEach(text -> bytes.putInt(text.length).put(text));
        return bytes.array();
    }

    private ServingException refused(String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, "pipeline " + pipeline.name() + " " + sentence);
    }
}
