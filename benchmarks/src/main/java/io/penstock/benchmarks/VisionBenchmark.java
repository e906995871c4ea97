package io.penstock.benchmarks;

import io.penstock.media.FfmpegPictureCodec;
import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.detect.DetectionDecoder;
import io.penstock.vision.detect.DetectionSettings;
import io.penstock.vision.detect.DetectorRecognition;
import io.penstock.vision.detect.Recognition;
import io.penstock.vision.draw.DetectionPainter;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Placement;
import io.penstock.vision.tensor.Size;
import io.penstock.vision.tensor.TensorFormat;
import io.penstock.vision.tensor.TensorWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a picture costs around the network, on one core: decoding, tensor, boxes, drawing, encoding. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
public class VisionBenchmark {
    private static final int ANCHORS = 8400;
    private static final int CLASSES = 80;

    private final FfmpegPictureCodec codec = new FfmpegPictureCodec();
    private final Picture rgb = NoisyScene.picture();
    private final byte[] jpeg = codec.encodeJpeg(rgb, 85);
    private final Picture yuv = codec.decode(MemorySegment.ofArray(jpeg));
    private final TensorWriter small = writer(new Size(416, 256));
    private final TensorWriter large = writer(new Size(640, 640));
    private final MemorySegment tensor = Arena.ofAuto().allocate(large.byteSize(), 64);
    private final DetectionDecoder decoder = decoder(DetectionSettings.usual());
    private final DetectionDecoder evaluation = decoder(DetectionSettings.forEvaluation());
    private final Tensor output = output();
    private final Placement placement = Fit.CENTRED.place(new Size(1280, 720), new Size(640, 640));
    private final Findings findings = findings();

    private static TensorWriter writer(Size size) {
        return new TensorWriter(Fit.CENTRED, size, TensorFormat.unitRgb(DataType.FP32));
    }

    private static DetectionDecoder decoder(DetectionSettings settings) {
        ModelSignature signature = new ModelSignature(
                "onnxruntime_onnx",
                List.of(new TensorSignature("images", DataType.FP32, Shape.of(1, 3, 640, 640))),
                List.of(new TensorSignature("output0", DataType.FP32, Shape.of(1, 4 + CLASSES, ANCHORS))),
                Map.of());
        return ((Recognition.Detector) DetectorRecognition.recognise(signature)).decoder(settings);
    }

    /** About 60 anchors above 0.25, as a street has them, and 1 500 above 0.001. */
    private static Tensor output() {
        Random random = new Random(2);
        MemorySegment data = MemorySegment.ofArray(new byte[4 * (4 + CLASSES) * ANCHORS]);
        for (int anchor = 0; anchor < ANCHORS; anchor++) {
            set(data, 0, anchor, random.nextFloat() * 640);
            set(data, 1, anchor, random.nextFloat() * 640);
            set(data, 2, anchor, 10 + random.nextFloat() * 100);
            set(data, 3, anchor, 10 + random.nextFloat() * 100);
            int kind = random.nextInt(1000);
            float score = kind < 7 ? 0.25f + random.nextFloat() / 2 : kind < 180 ? random.nextFloat() / 20 : 0.0001f;
            set(data, 4 + random.nextInt(CLASSES), anchor, score);
        }
        return new Tensor(DataType.FP32, Shape.of(1, 4 + CLASSES, ANCHORS), data);
    }

    private static void set(MemorySegment data, int channel, int anchor, float value) {
        data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * ((long) channel * ANCHORS + anchor), value);
    }

    private static Findings findings() {
        Random random = new Random(3);
        List<Detection> detections = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Box box = new Box(random.nextInt(1000), random.nextInt(500), 60 + random.nextInt(200), 200);
            detections.add(new Detection("person", i % 5, 0.9f, box));
        }
        return new Findings(detections);
    }

    @Benchmark
    public Placement rgb720pTo416x256() {
        return small.write(rgb, tensor);
    }

    @Benchmark
    public Placement rgb720pTo640x640() {
        return large.write(rgb, tensor);
    }

    @Benchmark
    public Placement yuv720pTo416x256() {
        return small.write(yuv, tensor);
    }

    @Benchmark
    public Placement yuv720pTo640x640() {
        return large.write(yuv, tensor);
    }

    @Benchmark
    public List<Detection> decodeBoxes() {
        return decoder.decode(List.of(output), placement);
    }

    @Benchmark
    public List<Detection> decodeBoxesForEvaluation() {
        return evaluation.decode(List.of(output), placement);
    }

    @Benchmark
    public int decodeJpeg720p() {
        try (Picture picture = codec.decode(MemorySegment.ofArray(jpeg))) {
            return picture.width();
        }
    }

    @Benchmark
    public byte[] encodeJpeg720p() {
        return codec.encodeJpeg(yuv, 85);
    }

    @Benchmark
    public Picture draw20Boxes() {
        return new DetectionPainter().paint(yuv, findings);
    }
}
