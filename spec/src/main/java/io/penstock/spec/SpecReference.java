package io.penstock.spec;

import java.util.Map;

/** The reference of the language, {@code docs/spec.md}, made from its shapes. */
public final class SpecReference {
    private final StringBuilder out = new StringBuilder();

    private SpecReference() {}

    /** The page, as Markdown. */
    public static String markdown() {
        SpecReference reference = new SpecReference();
        reference.page();
        return reference.out.toString();
    }

    private void page() {
        line("# The document");
        line("");
        line("Made from the program's own records; `./mvnw -pl app -am test -Dtest=GeneratedDocsTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dpenstock.rewrite=true` writes it anew.");
        line("");
        line("One YAML document says what a pipeline does. Durations are written `250ms`, `5s`, `2m`, `1h`; sizes"
                + " `512Ki`, `64Mi`, `1Gi`. An unknown field is an error that names the nearest known one. Where one"
                + " of several keys is to be written, as in `source: {http: {}}`, exactly one may stand there. A file"
                + " may hold several documents, divided by `---`.");
        line("");
        line("`penstock validate FILE` checks a document, `penstock schema` prints the JSON schema from which editors"
                + " complete, and `penstock run --set path=value` sets a field from outside.");
        for (Kind kind : Kind.values()) {
            line("");
            line("## " + kind.written());
            line("");
            line(kind.shape().about());
            line("");
            line("```");
            line("apiVersion: " + InferencePipeline.API_VERSION);
            line("kind: " + kind.written());
            kind.shape().fields().forEach(field -> line(field.name() + ": …"));
            line("```");
            kind.shape()
                    .fields()
                    .forEach(field ->
                            section(field.name(), field.shape(), field.field().value()));
        }
    }

    private void section(String path, SpecShape shape, String about) {
        switch (shape) {
            case SpecShape.Mapping mapping -> mapping(path, mapping, about);
            case SpecShape.Union union -> union(path, union, about);
            case SpecShape.Sequence sequence -> section(path + "[]", sequence.element(), about);
            case SpecShape.Dictionary dictionary -> section(path + ".*", dictionary.value(), about);
            case SpecShape.Scalar _, SpecShape.LabelNames _, SpecShape.AnchorSizes _ -> {}
        }
    }

    private void mapping(String path, SpecShape.Mapping mapping, String about) {
        if (mapping.fields().isEmpty()) {
            return;
        }
        heading(path, about);
        line("| field | takes | default | meaning |");
        line("| --- | --- | --- | --- |");
        for (SpecShape.FieldShape field : mapping.fields()) {
            line("| `" + field.name() + "` | " + takes(field) + " | " + byDefault(field) + " | "
                    + field.field().value() + " |");
        }
        for (SpecShape.FieldShape field : mapping.fields()) {
            section(path + "." + field.name(), field.shape(), field.field().value());
        }
    }

    private void union(String path, SpecShape.Union union, String about) {
        heading(path, about);
        line("| one of | meaning |");
        line("| --- | --- |");
        for (Map.Entry<String, SpecShape> variant : union.variants().entrySet()) {
            line("| `" + variant.getKey() + "` | " + variant.getValue().about() + " |");
        }
        union.variants().forEach((key, variant) -> section(path + "." + key, variant, variant.about()));
    }

    private void heading(String path, String about) {
        line("");
        line("### " + path);
        line("");
        line(about);
        line("");
    }

    private static String takes(SpecShape.FieldShape field) {
        String range = range(field.field(), field.shape());
        String expected = switch (field.shape()) {
            case SpecShape.Mapping _ -> "a mapping";
            case SpecShape.Union union ->
                "one of `" + String.join("`, `", union.variants().keySet()) + "`";
            case SpecShape.Scalar scalar
            when !scalar.choices().isEmpty() -> "`" + String.join("`, `", scalar.choices()) + "`";
            case SpecShape.Scalar _,
                    SpecShape.Sequence _,
                    SpecShape.Dictionary _,
                    SpecShape.LabelNames _,
                    SpecShape.AnchorSizes _ -> field.shape().expected();
        };
        return expected + range;
    }

    private static String range(Field field, SpecShape shape) {
        if (!field.pattern().isEmpty()) {
            String what = shape instanceof SpecShape.Dictionary ? " with keys like `" : " like `";
            return what + field.pattern().replace("|", "\\|") + "`";
        }
        boolean size = shape instanceof SpecShape.Scalar scalar
                && scalar.schema().pattern().equals(ByteSize.PATTERN);
        String least = size && field.min() > 0 ? new ByteSize(field.min()).toString() : String.valueOf(field.min());
        String greatest = size ? new ByteSize(field.max()).toString() : String.valueOf(field.max());
        String unit = shape instanceof SpecShape.Sequence || shape instanceof SpecShape.Dictionary ? " entries" : "";
        if (field.min() == Long.MIN_VALUE) {
            return field.max() == Long.MAX_VALUE ? "" : ", at most " + greatest + unit;
        }
        return field.max() == Long.MAX_VALUE ? ", at least " + least + unit : ", " + least + " to " + greatest + unit;
    }

    private static String byDefault(SpecShape.FieldShape field) {
        return switch (field.absent()) {
            case REFUSED -> "must be written";
            case DEFAULT -> "`" + field.field().byDefault() + "`";
            case EMPTY_OPTIONAL, EMPTY_OPTIONAL_INT -> "";
        };
    }

    private void line(String text) {
        out.append(text).append('\n');
    }
}
