package io.penstock.app.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** House style that a reader of text can check, over every tracked file. */
class TidyTest {
    /** Of all top-level types outside tests, at least so many per cent are package-private, once there are enough to count. */
    private static final int PACKAGE_PRIVATE_PERCENT = 50;

    private static final int ENOUGH_TYPES = 60;

    private static final Set<String> SCRIPTS = Set.of(".js", ".mjs", ".py");

    @Test
    void javaIsTidy() {
        List<Path> files = Repository.files(".java");

        assertThat(files).hasSizeGreaterThan(30);
        assertThat(wrong(files, TidyRules::java)).isEmpty();
    }

    @Test
    void scriptsAreTidy() {
        List<Path> files = SCRIPTS.stream()
                .flatMap(suffix -> Repository.files(suffix).stream())
                .filter(file -> !file.toString().contains("/vendor/"))
                .toList();

        assertThat(wrong(files, TidyRules::script)).isEmpty();
        assertThat(wrong(files, TidyRules::notes)).isEmpty();
    }

    @Test
    void markdownIsTidy() {
        List<Path> files = Repository.files(".md");

        assertThat(files).isNotEmpty();
        assertThat(wrong(files, TidyRules::markdown)).isEmpty();
    }

    @Test
    void filesAreSmall() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : Repository.files()) {
            wrong.addAll(TidyRules.size(file, Files.size(Repository.root().resolve(file))));
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void manyTypesArePackagePrivate() {
        List<JavaSource.Type> types = Repository.files(".java").stream()
                .filter(file -> file.toString().contains("src/main/java/"))
                .flatMap(file -> JavaSource.of(Repository.read(file)).types().stream())
                .filter(JavaSource.Type::topLevel)
                .toList();
        long hidden = types.stream().filter(type -> !type.isPublic()).count();
        long percent = 100 * hidden / types.size();
        System.out.println(
                "Package-private: " + hidden + " of " + types.size() + " top-level types, " + percent + " per cent");

        if (types.size() > ENOUGH_TYPES) {
            assertThat(percent).isGreaterThanOrEqualTo(PACKAGE_PRIVATE_PERCENT);
        }
    }

    @Test
    void refusesWhatTheRulesForbid() {
        Path main = Path.of("spec/src/main/java/A.java");
        String body = "    void a() {\n" + "        b();\n".repeat(59) + "    }\n";

        assertThat(TidyRules.java(main, "class A {\n" + body + "}\n"))
                .containsExactly(main + ": a has 61 lines; at most 60");
        assertThat(TidyRules.java(main, "class A {}\n".repeat(501))).contains(main + " has 501 lines; at most 500");
        assertThat(TidyRules.java(main, "class A { A(int a, int b, int c, int d, int e, int f, int g, int h) {} }"))
                .containsExactly(main + ": A takes 8 parameters; at most 7");
        assertThat(TidyRules.java(main, "interface A { int getX(); }")).hasSize(1);
        assertThat(TidyRules.java(main, "class A { @Override public int getX() { return 1; } }"))
                .isEmpty();
        assertThat(TidyRules.java(main, "import java.util.*;\nclass A {}")).hasSize(1);
        assertThat(TidyRules.java(main, "class A {} // TO" + "DO later")).hasSize(1);
        assertThat(TidyRules.java(main, "class A {} // TO" + "DO: 26 has a stable vector API, use it here"))
                .isEmpty();
    }

    @Test
    void refusesNamesThatSayNothing() {
        Path main = Path.of("spec/src/main/java/A.java");

        assertThat(Stream.of(
                        "ModelManager", "Utils", "PoolImpl", "BaseSource", "FrameData", "AbstractSink", "InferService"))
                .allSatisfy(name -> assertThat(TidyRules.java(main, "final class " + name + " {}"))
                        .hasSize(1));
        assertThat(Stream.of("Metadata", "Baseline", "Implementation", "Database", "Commonality"))
                .allSatisfy(name -> assertThat(TidyRules.java(main, "final class " + name + " {}"))
                        .isEmpty());
        assertThat(TidyRules.java(
                        Path.of("pipeline/src/test/java/SinkConformanceTest.java"),
                        "abstract class AbstractSinkConformance {}"))
                .isEmpty();
    }

    @Test
    void refusesTheUntidyInOtherFiles() {
        assertThat(TidyRules.markdown(Path.of("docs/a.md"), "# One\n\n# Two\n")).hasSize(1);
        assertThat(TidyRules.markdown(Path.of("docs/a.md"), "# One\n\n```sh\n# a comment\n```\n"))
                .isEmpty();
        assertThat(TidyRules.markdown(Path.of("README.md"), "# One\n" + "line\n".repeat(120)))
                .hasSize(1);
        assertThat(TidyRules.size(Path.of("server/src/main/resources/a.js"), 300 << 10))
                .hasSize(1);
        assertThat(TidyRules.size(Path.of("samples/street/a.onnx"), 2 << 20)).isEmpty();
        assertThat(TidyRules.size(Path.of("samples/street/a.onnx"), 3 << 20)).hasSize(1);
        assertThat(TidyRules.size(Path.of("docs/a.png"), 500 << 10)).isEmpty();
    }

    private static List<String> wrong(List<Path> files, BiFunction<Path, String, List<String>> rule) {
        return files.stream()
                .flatMap(file -> rule.apply(file, Repository.read(file)).stream())
                .toList();
    }
}
