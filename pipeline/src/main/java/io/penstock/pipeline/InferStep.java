package io.penstock.pipeline;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Crops;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Inference;
import io.penstock.pipeline.frame.Picture;
import io.penstock.spec.StepSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Shows the picture to another pipeline, or each object of it by itself. Nothing is decoded or copied again: the other
 * pipeline is given the same pixels. All objects of a picture are asked about at once, and so wait together with those of
 * other pictures in the batcher of the other pipeline's model.
 *
 * <p>If one of the calls fails, the picture fails with it, and the other calls are called off: a result that silently
 * lacks what the document asks for would be taken for one in which nothing was found.
 */
public final class InferStep implements CallStep {
    private final StepSpec.Infer spec;
    private final Set<String> labels;

    public InferStep(StepSpec.Infer spec) {
        this.spec = spec;
        this.labels = Set.copyOf(spec.labels());
    }

    /** Whole pixels of the source picture. */
    private record Part(int left, int top, int width, int height) {}

    @Override
    public void apply(Exchange exchange, Call call) throws InterruptedException {
        StepPipeline other = call.pipelines().require(spec.pipeline());
        Picture picture = exchange.picture();
        if (!spec.crop()) {
            try (Answer answer = other.infer(call.id(), picture.retain(), call.deadline())) {
                Inference said = new Inference(spec.pipeline(), answer.result().findings());
                exchange.setFindings(exchange.findings().withInferred(said));
            }
            return;
        }
        List<Detection> detections = exchange.findings().detections();
        List<Integer> meant = meant(detections, picture);
        List<Integer> shown = meant.subList(0, Math.min(meant.size(), spec.maxCrops()));
        List<Findings> answers = new SideBySide<>(shown, each -> {
                    Part part = part(detections.get(each).box(), picture);
                    Picture crop = picture.part(part.left, part.top, part.width, part.height);
                    try (Answer answer = other.infer(call.id(), crop, call.deadline())) {
                        return answer.result()
                                .findings()
                                .placed(part.left, part.top, picture.width(), picture.height());
                    }
                })
                .run();
        List<Detection> told = new ArrayList<>(detections);
        for (int i = 0; i < shown.size(); i++) {
            int index = shown.get(i);
            told.set(index, told.get(index).withInferred(new Inference(spec.pipeline(), answers.get(i))));
        }
        exchange.setFindings(exchange.findings()
                .withDetections(told)
                .withCrops(new Crops(spec.pipeline(), shown.size(), meant.size() - shown.size())));
    }

    /** Places in the list of those objects that the document means and that have an area; the best first. */
    private List<Integer> meant(List<Detection> detections, Picture picture) {
        List<Integer> meant = new ArrayList<>();
        for (int i = 0; i < detections.size(); i++) {
            Detection detection = detections.get(i);
            Part part = part(detection.box(), picture);
            if ((labels.isEmpty() || labels.contains(detection.label())) && part.width > 0 && part.height > 0) {
                meant.add(i);
            }
        }
        meant.sort(Comparator.comparingDouble(
                        (Integer index) -> detections.get(index).score())
                .reversed());
        return meant;
    }

    /** The box with its margin, within the picture; of no size where the box has none or lies outside. */
    private Part part(Box box, Picture picture) {
        if (!(box.width() > 0 && box.height() > 0) || Float.isNaN(box.x() + box.y())) {
            return new Part(0, 0, 0, 0);
        }
        float across = (float) spec.margin() * box.width();
        float down = (float) spec.margin() * box.height();
        Box inside = Box.ofCorners(box.x() - across, box.y() - down, box.right() + across, box.bottom() + down)
                .clip(picture.width(), picture.height());
        if (!(inside.width() > 0 && inside.height() > 0)) {
            return new Part(0, 0, 0, 0);
        }
        int left = (int) Math.floor(inside.x());
        int top = (int) Math.floor(inside.y());
        // Where two columns share one colour, a part begins at the first of them.
        left -= picture.isHalvedAcross() ? left % 2 : 0;
        top -= picture.isHalvedDown() ? top % 2 : 0;
        return new Part(left, top, (int) Math.ceil(inside.right()) - left, (int) Math.ceil(inside.bottom()) - top);
    }
}
