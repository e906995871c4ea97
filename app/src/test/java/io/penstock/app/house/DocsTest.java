package io.penstock.app.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.spec.SpecDocuments;
import io.penstock.spec.SpecReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the documents say about the repository is so. */
class DocsTest {
    /** A name of two words or more, as only types have; a member may follow. */
    private static final Pattern TYPE_NAME =
            Pattern.compile("([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+)(?:\\.\\w+)?(?:\\(\\))?");

    private static final Pattern ELSEWHERE = Pattern.compile("[a-z][a-z0-9+.-]*:.*");

    @Test
    void typesThatTheArchitectureNamesExist() {
        Path page = Path.of("ARCHITECTURE.md");
        if (!Files.exists(Repository.root().resolve(page))) {
            return;
        }
        Set<String> types = Repository.files(".java").stream()
                .flatMap(file -> JavaSource.of(Repository.read(file)).types().stream())
                .map(JavaSource.Type::name)
                .collect(Collectors.toSet());

        List<String> named = typesNamedIn(Repository.read(page));

        assertThat(named).isNotEmpty();
        assertThat(named.stream().filter(name -> !types.contains(name))).isEmpty();
    }

    @Test
    void relativeLinksLeadSomewhere() {
        List<String> wrong = new ArrayList<>();
        for (Path page : Repository.files(".md")) {
            String text = Repository.read(page);
            for (String link : Markdown.links(text)) {
                if (!ELSEWHERE.matcher(link).matches() && !leadsSomewhere(page, text, link)) {
                    wrong.add(page + " links to " + link);
                }
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void documentsInSamplesAndPagesAreValid() {
        Pattern block = Pattern.compile("```yaml\n(apiVersion: penstock.*?)```", Pattern.DOTALL);
        int read = 0;
        for (Path sample : Repository.files(".yaml")) {
            if (sample.startsWith("samples")) {
                read += count(new SpecReader().read(sample.toString(), Repository.read(sample)));
            }
        }
        for (Path page : Repository.files(".md")) {
            Matcher document = block.matcher(Repository.read(page));
            while (document.find()) {
                read += count(new SpecReader().read(page.toString(), document.group(1)));
            }
        }

        assertThat(read).isGreaterThanOrEqualTo(2);
    }

    private static int count(SpecDocuments documents) {
        return documents.pipelines().size() + (documents.server().isPresent() ? 1 : 0);
    }

    @Test
    void decisionsHaveTheirFiveHeadings() {
        List<Path> decisions = Repository.files(".md").stream()
                .filter(file -> file.toString().matches("docs/decisions/\\d{4}-.*"))
                .toList();

        assertThat(decisions)
                .isNotEmpty()
                .allSatisfy(file -> assertThat(Markdown.fragments(Repository.read(file)))
                        .endsWith("context", "decision", "consequences", "rejected", "sources")
                        .hasSize(6));
    }

    @Test
    void findsWhatItLooksFor() {
        assertThat(typesNamedIn(
                        "`OipCodec.decode` → `ModelRegistry`, `Step`, `--port`, `GPUs`\n```\n`NoneHere`\n```\n"))
                .containsExactly("OipCodec", "ModelRegistry");
        assertThat(Markdown.links("[a](b.md) [c](https://d.e/f \"G\") `[no](no.md)`\n![h](<i.png>)"))
                .containsExactly("b.md", "https://d.e/f", "i.png");
        assertThat(leadsSomewhere(Path.of("mvnw"), "# A title, with `code`\n", "#a-title-with-code"))
                .isTrue();
        assertThat(leadsSomewhere(Path.of("mvnw"), "", "no/such/file.md")).isFalse();
    }

    private static List<String> typesNamedIn(String text) {
        return Markdown.code(text).stream()
                .map(TYPE_NAME::matcher)
                .filter(found -> found.matches())
                .map(found -> found.group(1))
                .distinct()
                .toList();
    }

    private static boolean leadsSomewhere(Path page, String text, String link) {
        int hash = link.indexOf('#');
        String path = hash < 0 ? link : link.substring(0, hash);
        String fragment = hash < 0 ? "" : link.substring(hash + 1);
        if (path.isEmpty()) {
            return Markdown.fragments(text).contains(fragment);
        }
        Path target = Repository.root().resolve(page).resolveSibling(path).normalize();
        return Files.exists(target)
                && (fragment.isEmpty()
                        || !path.endsWith(".md")
                        || Markdown.fragments(Repository.read(target)).contains(fragment));
    }
}
