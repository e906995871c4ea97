package io.penstock.conformance;

import io.penstock.protocol.oip.ModelMetadataResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model as its metadata shows it. */
record ModelFace(
        String name, List<String> versions, String platform, List<TensorFace> inputs, List<TensorFace> outputs) {

    /**
     * One input or output.
     *
     * @param datatype as the server writes it
     * @param shape with -1 for what is open
     */
    record TensorFace(String name, String datatype, List<Long> shape) {
        Optional<Datatype> type() {
            return Datatype.find(datatype);
        }

        /** This shape with its last open dimension of this size, and 1 for the others that are open. */
        List<Long> closed(long last) {
            int open = shape.lastIndexOf(-1L);
            List<Long> closed = new ArrayList<>();
            for (int i = 0; i < shape.size(); i++) {
                closed.add(shape.get(i) >= 0 ? shape.get(i) : i == open ? last : 1L);
            }
            return closed;
        }

        boolean isOpen() {
            return shape.contains(-1L);
        }

        /** These elements, over and over where the shape is fixed. */
        Values filled(List<Object> samples) {
            return Values.repeating(type().orElseThrow(), closed(samples.size()), samples);
        }

        NamedValues tame() {
            Datatype type = type().orElseThrow();
            return new NamedValues(name, Values.repeating(type, closed(1), List.of(type.tame())));
        }
    }

    /** @throws Mismatch if a member is missing or of another kind than the protocol says */
    static ModelFace of(Map<String, Object> metadata) {
        return new ModelFace(
                Tree.text(metadata, "name"),
                metadata.get("versions") instanceof List ? Tree.texts(metadata, "versions") : List.of(),
                metadata.get("platform") instanceof String ? Tree.text(metadata, "platform") : "",
                tensors(metadata, "inputs"),
                tensors(metadata, "outputs"));
    }

    static ModelFace of(ModelMetadataResponse metadata) {
        return new ModelFace(
                metadata.getName(),
                List.copyOf(metadata.getVersionsList()),
                metadata.getPlatform(),
                tensors(metadata.getInputsList()),
                tensors(metadata.getOutputsList()));
    }

    private static List<TensorFace> tensors(List<ModelMetadataResponse.TensorMetadata> tensors) {
        return tensors.stream()
                .map(tensor ->
                        new TensorFace(tensor.getName(), tensor.getDatatype(), List.copyOf(tensor.getShapeList())))
                .toList();
    }

    private static List<TensorFace> tensors(Map<String, Object> metadata, String member) {
        return Tree.list(metadata, member).stream()
                .map(Tree::object)
                .map(tensor -> new TensorFace(
                        Tree.text(tensor, "name"), Tree.text(tensor, "datatype"), Tree.numbers(tensor, "shape")))
                .toList();
    }

    /** Whether inputs for it can be made from what it says of itself. */
    boolean canBeAsked() {
        return !inputs.isEmpty()
                && inputs.stream().allMatch(input -> input.type().isPresent());
    }

    /** Whether what goes in may come out, by its shape: one input, and one output of the same kind. */
    boolean mayBeIdentity() {
        return inputs.size() == 1
                && outputs.size() == 1
                && canBeAsked()
                && inputs.getFirst().datatype().equals(outputs.getFirst().datatype())
                && inputs.getFirst().shape().size()
                        == outputs.getFirst().shape().size();
    }

    TensorFace input() {
        return inputs.getFirst();
    }

    TensorFace output() {
        return outputs.getFirst();
    }

    /** An input for each of its own, of elements that no model can object to. */
    List<NamedValues> tameInputs() {
        return inputs.stream().map(TensorFace::tame).toList();
    }
}
