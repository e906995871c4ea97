package io.penstock.vision;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.spec.StepSpec;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Preprocessing;
import io.penstock.vision.tensor.Resampling;
import io.penstock.vision.tensor.Size;
import io.penstock.vision.tensor.TensorFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The steps before a model as a document writes them, joined into the one pass that does them all. */
final class WrittenSteps {
    private WrittenSteps() {}

    /** @throws ServingException where they do not make what the model's input takes */
    static Preprocessing preprocessing(List<StepSpec> steps, ModelSignature signature, String input) {
        Fit fit = Fit.STRETCH;
        Size fitted = new Size(1, 1);
        Optional<Size> cropped = Optional.empty();
        Resampling resampling = Resampling.BILINEAR;
        int pad = 0;
        StepSpec.@Nullable ToTensor numbers = null;
        for (StepSpec step : steps) {
            switch (step) {
                case StepSpec.DecodeImage _ -> {}
                case StepSpec.Letterbox letterbox -> {
                    fit = letterbox.place() == StepSpec.Place.CENTRE ? Fit.CENTRED : Fit.TOP_LEFT;
                    fitted = new Size(letterbox.width(), letterbox.height());
                    pad = letterbox.pad();
                }
                case StepSpec.Resize resize -> {
                    fit = resize.keepAspect() ? Fit.COVER : Fit.STRETCH;
                    fitted = new Size(resize.width(), resize.height());
                    resampling = switch (resize.interpolation()) {
                        case BILINEAR -> Resampling.BILINEAR;
                        case AREA -> Resampling.AREA;
                    };
                }
                case StepSpec.Crop crop -> cropped = Optional.of(new Size(crop.width(), crop.height()));
                case StepSpec.ToTensor toTensor -> numbers = toTensor;
                case StepSpec.Detections _,
                        StepSpec.Classify _,
                        StepSpec.Embed _,
                        StepSpec.Zones _,
                        StepSpec.Track _,
                        StepSpec.Lines _,
                        StepSpec.Colours _,
                        StepSpec.Infer _ ->
                    throw refused("preprocess ends before the model, whose outputs are read in postprocess");
            }
        }
        if (numbers == null) {
            throw refused("preprocess must end with toTensor, so that the model has its input");
        }
        TensorFormat format = format(numbers, pad);
        Size size = cropped.orElse(fitted);
        TensorSignature takes = signature.findInput(input).orElseThrow();
        if (takes.type() != format.type() || !takes.shape().accepts(format.shape(1, size))) {
            throw refused("preprocess makes " + format.type() + format.shape(1, size) + ", but the model's input "
                    + input + " is " + takes.type() + takes.shape());
        }
        try {
            return new Preprocessing(fit, fitted, size, format, resampling);
        } catch (IllegalArgumentException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "preprocess: " + e.getMessage(), e);
        }
    }

    private static TensorFormat format(StepSpec.ToTensor numbers, int pad) {
        try {
            return new TensorFormat(
                    switch (numbers.type()) {
                        case FP32 -> DataType.FP32;
                        case FP16 -> DataType.FP16;
                        case UINT8 -> DataType.UINT8;
                    },
                    numbers.layout() == StepSpec.TensorLayout.NCHW
                            ? TensorFormat.Layout.NCHW
                            : TensorFormat.Layout.NHWC,
                    numbers.order() == StepSpec.ChannelOrder.RGB ? TensorFormat.Order.RGB : TensorFormat.Order.BGR,
                    (float) numbers.scale(),
                    numbers.mean().stream().map(Double::floatValue).toList(),
                    numbers.std().stream().map(Double::floatValue).toList(),
                    pad);
        } catch (IllegalArgumentException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "toTensor: " + e.getMessage(), e);
        }
    }

    private static ServingException refused(String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, sentence);
    }
}
