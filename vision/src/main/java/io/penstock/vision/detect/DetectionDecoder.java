package io.penstock.vision.detect;

import io.penstock.pipeline.frame.Detection;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.tensor.Placement;
import java.util.List;

/** Reads one picture's outputs of a detector. Implementations are immutable and may be called by several threads. */
public interface DetectionDecoder {
    /**
     * The objects found, best first, in pixels of the source picture and clipped to it.
     *
     * @param outputs of one picture (the outermost dimension is 1, or left away), in the order of
     *     {@link Recognition.Detector#outputs}
     * @param placement where the picture lies in the network's input
     * @throws IllegalArgumentException if the outputs are not of the shape that was recognised
     */
    List<Detection> decode(List<Tensor> outputs, Placement placement);
}
