package io.penstock.vision.detect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MetadataTextTest {
    @Test
    void readsNamesAsPythonPrintsThem() {
        assertThat(MetadataText.names("{0: 'person', 1: 'traffic light', 2: \"driver's cab\"}"))
                .hasValueSatisfying(
                        names -> assertThat(names).containsExactly("person", "traffic light", "driver's cab"));
        assertThat(MetadataText.names("{0: 'a\\'b', 1: 'c\\\\d', 2: 'e, f: {g}', 3: 'caf\\xe9'}"))
                .hasValueSatisfying(
                        names -> assertThat(names).containsExactly("a'b", "c\\d", "e, f: {g}", "caf\u00e9"));
        assertThat(MetadataText.names("{0: 'a', 1: 'b',}"))
                .hasValueSatisfying(names -> assertThat(names).containsExactly("a", "b"));
    }

    @Test
    void readsNamesAsJson() {
        assertThat(MetadataText.names("{\"1\":\"car\",\n\"0\":\"person\"}"))
                .hasValueSatisfying(names -> assertThat(names).containsExactly("person", "car"));
        assertThat(MetadataText.names("[\"person\", \"c\\u0061r\"]"))
                .hasValueSatisfying(names -> assertThat(names).containsExactly("person", "car"));
        assertThat(MetadataText.names("('x', 'y')"))
                .hasValueSatisfying(names -> assertThat(names).containsExactly("x", "y"));
    }

    @Test
    void readsNoNamesFromAnythingElse() {
        for (String text : new String[] {
            "",
            "person",
            "{",
            "{}",
            "[]",
            "{0: 'a', 2: 'c'}",
            "{0 'a'}",
            "{0: 'a'",
            "{0: 'a', 0: 'b'}",
            "{x: 'a'}",
            "['a'",
            "{0: 'a",
            "[,",
            "{99999999999: 'a'}"
        }) {
            assertThat(MetadataText.names(text)).as(text).isEmpty();
        }
    }

    @Test
    void readsSizes() {
        assertThat(MetadataText.numbers("[384, 640]")).containsExactly(384, 640);
        assertThat(MetadataText.numbers("640")).containsExactly(640);
        assertThat(MetadataText.numbers("none")).isEmpty();
    }
}
