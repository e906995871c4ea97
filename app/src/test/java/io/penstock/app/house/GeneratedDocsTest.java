package io.penstock.app.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.spec.SpecReference;
import io.penstock.spec.SpecSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pages that are made from code say what the code says. {@code -Dpenstock.rewrite=true} writes them anew. */
class GeneratedDocsTest {
    @Test
    void pagesSayWhatTheCodeSays() throws IOException {
        Map<String, String> pages =
                Map.of("docs/spec.md", SpecReference.markdown(), "docs/penstock.schema.json", SpecSchema.json());
        for (Map.Entry<String, String> page : pages.entrySet()) {
            Path file = Repository.root().resolve(page.getKey());
            if (Boolean.getBoolean("penstock.rewrite")) {
                Files.writeString(file, page.getValue());
            }
            assertThat(file)
                    .as("%s; write it anew with -Dpenstock.rewrite=true", file)
                    .hasContent(page.getValue());
        }
    }
}
