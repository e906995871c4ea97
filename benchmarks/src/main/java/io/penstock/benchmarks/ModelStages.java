package io.penstock.benchmarks;

import static java.util.Objects.requireNonNull;

import io.penstock.media.FfmpegPictureCodec;
import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.backend.TensorInstance;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
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
import java.util.Map;

/** What a server must do for one photo, each stage callable alone on one thread: decode, write the tensor, execute, read. */
final class ModelStages implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final FfmpegPictureCodec codec = new FfmpegPictureCodec();
    private final byte[] jpeg;
    private final ModelSession session;
    private final Recognition.Detector recognised;
    private final TensorWriter writer;
    private final DetectionDecoder decoder;
    private final Picture picture;
    private final Placement placement;
    private final Tensor tensor;
    private final TensorInstance.Outputs outputs;

    ModelStages(Path model, byte[] jpeg) {
        this.jpeg = jpeg;
        session = new ModelSession(model);
        if (!(DetectorRecognition.recognise(session.signature()) instanceof Recognition.Detector found)) {
            throw new IllegalStateException("the model is no detector: " + model);
        }
        recognised = found;
        writer = found.preprocessing().writer();
        decoder = found.decoder(DetectionSettings.usual());
        picture = codec.decode(MemorySegment.ofArray(jpeg));
        placement = found.preprocessing().place(new Size(picture.width(), picture.height()));
        tensor = new Tensor(
                found.preprocessing().format().type(),
                found.preprocessing().format().shape(1, found.preprocessing().size()),
                arena.allocate(writer.byteSize(), 64));
        write();
        outputs = session.execute(Map.of(found.input(), tensor));
    }

    int decode() {
        try (Picture fresh = codec.decode(MemorySegment.ofArray(jpeg))) {
            return fresh.width();
        }
    }

    Placement write() {
        return writer.write(picture, tensor.data());
    }

    long execute() {
        try (TensorLease memory =
                session.execute(Map.of(recognised.input(), tensor)).memory()) {
            return memory.memory().byteSize();
        }
    }

    int read() {
        return decoder.decode(
                        recognised.outputs().stream()
                                .map(name -> requireNonNull(outputs.tensors().get(name)))
                                .toList(),
                        placement)
                .size();
    }

    @Override
    public void close() {
        outputs.memory().close();
        picture.close();
        session.close();
        arena.close();
    }
}
