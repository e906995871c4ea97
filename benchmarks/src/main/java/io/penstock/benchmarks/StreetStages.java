package io.penstock.benchmarks;

import static java.util.Objects.requireNonNull;

import io.penstock.backend.onnxruntime.OnnxRuntimeBackend;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Picture;
import io.penstock.scene.StreetRenderer;
import io.penstock.scene.StreetScene;
import io.penstock.serving.backend.ModelArtifact;
import io.penstock.serving.backend.TensorInstance;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import io.penstock.vision.detect.DetectionDecoder;
import io.penstock.vision.detect.DetectionSettings;
import io.penstock.vision.detect.DetectorRecognition;
import io.penstock.vision.detect.Recognition;
import io.penstock.vision.tensor.Placement;
import io.penstock.vision.tensor.Size;
import io.penstock.vision.tensor.TensorWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The stages of the street sample, each callable alone on one thread: render, write the tensor, execute, read boxes. */
public final class StreetStages implements AutoCloseable {
    private static final int FRAMES = 64;

    private final Arena arena = Arena.ofShared();
    private final TensorPool pool = new TensorPool(1 << 28);
    private final StreetScene scene = StreetScene.of(1);
    private final StreetRenderer renderer = scene.renderer();
    private final MemorySegment canvas = arena.allocate(scene.frameBytes(), 64);
    private final List<Picture> pictures = new ArrayList<>();
    private final TensorInstance instance;
    private final Recognition.Detector detector;
    private final TensorWriter writer;
    private final DetectionDecoder decoder;
    private final Placement placement;
    private final MemorySegment input;
    private final Tensor tensor;
    private final TensorInstance.Outputs outputs;
    private long frame;

    public StreetStages(Path model) {
        instance = new OnnxRuntimeBackend(1)
                .load(new ModelArtifact("street-detector", model), 1)
                .getFirst();
        if (!(DetectorRecognition.recognise(instance.signature()) instanceof Recognition.Detector found)) {
            throw new IllegalStateException("the sample's model is no detector");
        }
        detector = found;
        writer = detector.preprocessing().writer();
        decoder = detector.decoder(DetectionSettings.usual());
        placement = detector.preprocessing()
                .fit()
                .place(
                        new Size(scene.width(), scene.height()),
                        detector.preprocessing().size());
        for (int i = 0; i < FRAMES; i++) {
            MemorySegment pixels = arena.allocate(scene.frameBytes(), 64);
            renderer.render(4L * i, pixels);
            pictures.add(Picture.rgb(scene.width(), scene.height(), pixels));
        }
        input = arena.allocate(writer.byteSize(), 64);
        tensor = new Tensor(
                detector.preprocessing().format().type(),
                detector.preprocessing()
                        .format()
                        .shape(1, detector.preprocessing().size()),
                input);
        write();
        outputs = instance.execute(Map.of(detector.input(), tensor), pool);
    }

    /** Renders one frame into the same memory. */
    public int render() {
        return renderer.render(frame++, canvas).size();
    }

    /** Letterboxes and normalises one rendered frame into the same tensor. */
    public Placement write() {
        return writer.write(pictures.get((int) (frame++ % FRAMES)), input);
    }

    /** Executes the model once; one intra-op thread. */
    public long execute() {
        TensorInstance.Outputs fresh = instance.execute(Map.of(detector.input(), tensor), pool);
        try (TensorLease memory = fresh.memory()) {
            return memory.memory().byteSize();
        }
    }

    /** Reads the boxes of the last execution. */
    public List<Detection> decode() {
        List<Tensor> tensors = detector.outputs().stream()
                .map(name -> requireNonNull(outputs.tensors().get(name)))
                .toList();
        return decoder.decode(tensors, placement);
    }

    @Override
    public void close() {
        outputs.memory().close();
        instance.close();
        pool.close();
        arena.close();
    }
}
