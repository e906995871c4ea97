package io.penstock.vision.detect;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.Shape;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Preprocessing;
import io.penstock.vision.tensor.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Tells from a model's signature whether it says of a picture what it is: one output {@code [N,C]}, or
 * {@code [N,C,1,1]}. Without the document's word, C must be 1000, as ImageNet's, or as many as the metadata name.
 */
public final class ClassifierRecognition {
    private static final int IMAGENET = 1000;

    private ClassifierRecognition() {}

    /**
     * A classifier, or a model that makes embeddings.
     *
     * @param labels by class number; empty where the shapes leave their number open
     */
    public record Classifier(
            String input, String output, List<String> labels, Preprocessing preprocessing, List<String> evidence) {
        public Classifier {
            labels = List.copyOf(labels);
            evidence = List.copyOf(evidence);
        }
    }

    /** @param asked the document has a step that reads such an output, so its form is enough */
    public static Optional<Classifier> recognise(ModelSignature model, boolean asked) {
        Optional<DetectorSignature> found = DetectorSignature.of(model, Set::of);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        DetectorSignature signature = found.get();
        Optional<TensorSignature> output = signature.outputs().stream()
                .filter(DetectorSignature::isFloat)
                .filter(each -> isVector(each.shape()))
                .findFirst();
        if (output.isEmpty() || (signature.outputs().size() > 1 && !asked)) {
            return Optional.empty();
        }
        long classes = output.get().shape().dimension(1);
        boolean ultralytics = signature.metadata().getOrDefault("task", "").equals("classify");
        boolean named = signature.names().size() == classes;
        if (!asked && classes != IMAGENET && !named) {
            return Optional.empty();
        }
        List<String> evidence = new ArrayList<>();
        evidence.add(signature.sizeEvidence());
        evidence.add("Output " + DetectorSignature.shown(output.get()) + " is one row of scores; a softmax is added"
                + " where they are no probabilities yet.");
        List<String> labels = labels(signature, classes, evidence);
        Preprocessing preprocessing = preprocessing(signature, ultralytics);
        evidence.add("Pictures go in as " + preprocessing.sentence() + ".");
        return Optional.of(
                new Classifier(signature.input().name(), output.get().name(), labels, preprocessing, evidence));
    }

    private static boolean isVector(Shape shape) {
        return shape.rank() == 2 || (shape.rank() == 4 && shape.dimension(2) == 1 && shape.dimension(3) == 1);
    }

    private static List<String> labels(DetectorSignature signature, long classes, List<String> evidence) {
        if (signature.names().size() == classes) {
            evidence.add("The metadata name the " + classes + " classes.");
            return signature.names();
        }
        if (classes == IMAGENET) {
            evidence.add("The metadata do not name the 1000 classes; they are taken as those of imagenet.");
            return LabelSet.IMAGENET.labels();
        }
        evidence.add("Nothing names the classes; labels are class numbers.");
        return IntStream.range(0, (int) Math.max(0, Math.min(classes, 1 << 20)))
                .mapToObj(Integer::toString)
                .toList();
    }

    /** torchvision's: the shorter side to 256 for an input of 224, the middle of that, ImageNet's mean and deviation. */
    private static Preprocessing preprocessing(DetectorSignature signature, boolean ultralytics) {
        if (ultralytics) {
            return signature.unit(Fit.COVER, 0);
        }
        Preprocessing plain = signature.imageNet(Fit.COVER, 0);
        Size size = plain.size();
        Size fitted = new Size(Math.round(size.width() * 256 / 224f), Math.round(size.height() * 256 / 224f));
        return new Preprocessing(Fit.COVER, fitted, size, plain.format(), plain.resampling());
    }
}
