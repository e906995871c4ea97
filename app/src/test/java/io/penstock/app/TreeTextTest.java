package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TreeTextTest {
    private static Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", "tiny");
        tree.put("uri", "https://h/m.onnx");
        tree.put("truth", "yes");
        tree.put("digits", "123");
        tree.put("bytes", 12L);
        tree.put("ready", true);
        tree.put("none", List.of());
        tree.put("shape", List.of(-1L, 3L));
        tree.put("inputs", List.of(new LinkedHashMap<>(Map.of("name", "x")), Map.of()));
        tree.put("nested", Map.of("a b", "line\n\"two\""));
        return tree;
    }

    @Test
    void writesYaml() {
        assertThat(TreeText.yaml(tree())).isEqualTo("""
                name: tiny
                uri: "https://h/m.onnx"
                truth: "yes"
                digits: "123"
                bytes: 12
                ready: true
                none: []
                shape:
                  - -1
                  - 3
                inputs:
                  - name: x
                  - {}
                nested:
                  a b: "line\\n\\"two\\""
                """.strip());
    }

    @Test
    void readsBackTheJsonThatItWrites() throws IOException {
        assertThat(TreeText.parse(TreeText.json(tree()))).isEqualTo(tree());
        assertThatThrownBy(() -> TreeText.parse("[".repeat(200))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> TreeText.parse("")).isInstanceOf(IOException.class);
    }

    @Test
    void columnsAreAsWideAsWhatStandsInThem() {
        StringWriter out = new StringWriter();
        Listing listing =
                new Listing(List.of("MODEL", "SIZE"), List.of(List.of("a-long-name", "1 B")), List.of(tree()));
        listing.write(new PrintWriter(out, true), Listing.Format.TABLE);
        assertThat(out.toString()).isEqualTo("MODEL        SIZE\na-long-name  1 B\n");
    }
}
