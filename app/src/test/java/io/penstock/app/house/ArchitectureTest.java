package io.penstock.app.house;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Which part may know which: the module table, read from the compiled classes. */
@Execution(ExecutionMode.CONCURRENT)
class ArchitectureTest {
    private static final String ROOT = "io.penstock.";

    /** Each part of the program by its package, and what stands in its row of the module table. */
    private static final Map<String, Set<String>> ROWS = Map.ofEntries(
            Map.entry("spec", Set.of()),
            Map.entry("protocol", Set.of()),
            Map.entry("serving", Set.of("spec")),
            Map.entry("backend.onnxruntime", Set.of("serving")),
            Map.entry("backend.llamacpp", Set.of("serving")),
            Map.entry("backend.remote", Set.of("serving")),
            Map.entry("pipeline", Set.of("serving")),
            Map.entry("vision", Set.of("pipeline")),
            Map.entry("scene", Set.of("pipeline")),
            Map.entry("media", Set.of("pipeline")),
            Map.entry("connectors", Set.of("pipeline", "protocol")),
            Map.entry("server", Set.of("pipeline", "protocol")),
            Map.entry("operator", Set.of("spec")),
            Map.entry("conformance", Set.of("protocol")));

    /** Each library that one part keeps to itself. */
    private static final Map<String, List<String>> KEEPERS = Map.ofEntries(
            Map.entry("org.snakeyaml.engine..", List.of("spec")),
            Map.entry("ai.onnxruntime..", List.of("backend.onnxruntime")),
            Map.entry("org.bytedeco..", List.of("media")),
            Map.entry("org.sqlite..", List.of("connectors")),
            Map.entry("io.netty..", List.of("server", "app")),
            Map.entry("org.HdrHistogram..", List.of("app")),
            Map.entry("io.prometheus..", List.of("server")),
            Map.entry("com.google.protobuf..", List.of("protocol", "server", "connectors", "conformance", "app")),
            Map.entry("io.grpc..", List.of("protocol", "conformance")),
            Map.entry("picocli..", List.of("app")),
            Map.entry("io.fabric8..", List.of("operator")));

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.penstock");

    @Test
    void theHouseWasRead() {
        assertThat(HOUSE).hasSizeGreaterThan(60);
        assertThat(HOUSE.stream().map(ArchitectureTest::part)).contains("app", "spec", "serving", "pipeline");
    }

    @Test
    void everyPartStandsInTheTable() {
        assertThat(HOUSE.stream().map(ArchitectureTest::part).filter(part -> !part.equals("app")))
                .isSubsetOf(ROWS.keySet());
    }

    @Test
    void aPartKnowsOnlyWhatItsRowNames() {
        ROWS.keySet().forEach(part -> rowRule(part).check(HOUSE));
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(ROOT + "(**)").should().beFreeOfCycles().check(HOUSE);
    }

    @Test
    void connectorsDoNotKnowEachOther() {
        slices().matching(ROOT + "connectors.(*)..")
                .should()
                .notDependOnEachOther()
                .allowEmptyShould(true)
                .check(HOUSE);
    }

    @Test
    void aLibraryIsKnownToOnePart() {
        KEEPERS.forEach((library, parts) -> noClasses()
                .that(describe("not in " + parts, type -> !parts.contains(part(type))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(HOUSE));
    }

    @Test
    void ofTheCommandLineOnlyItsClientKnowsSockets() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "app")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "io.grpc..")
                .check(HOUSE);
    }

    @Test
    void pureCodeReadsNoClock() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + "spec..", ROOT + "vision..", ROOT + "scene..", ROOT + "operator.manifest..")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(HOUSE);
    }

    @Test
    void pureCodeTouchesNeitherNetworkNorFiles() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + "vision..", ROOT + "scene..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.nio.file..", "java.nio.channels..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.io\\.(File|RandomAccess).*")
                .check(HOUSE);
    }

    @Test
    void onlyTheShapeOfTheDocumentReflects() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + "spec.SpecShape")
                .and(describe("are not inside it", type -> !type.getName().startsWith(ROOT + "spec.SpecShape$")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .check(HOUSE);
    }

    @Test
    void signaturesBlockRatherThanPromise() {
        List<String> promising = HOUSE.stream()
                .flatMap(type -> type.getMethods().stream())
                .filter(method -> !method.getName().startsWith("lambda$"))
                .filter(method -> method.getRawReturnType().isAssignableTo(CompletionStage.class))
                .map(JavaMethod::getFullName)
                .toList();

        assertThat(promising).isEmpty();
    }

    @Test
    void classesAreFinal() {
        classes()
                .that()
                .areNotInterfaces()
                .and()
                .areNotEnums()
                .and()
                .areTopLevelClasses()
                .and()
                .doNotHaveSimpleName("package-info")
                .and(describe("ours by hand", type -> !part(type).equals("protocol")))
                .should()
                .haveModifier(JavaModifier.FINAL)
                .check(HOUSE);
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> open = HOUSE.stream()
                .filter(type -> !part(type).equals("protocol"))
                .map(JavaClass::getPackage)
                .filter(pack -> !pack.isAnnotatedWith(NullMarked.class))
                .map(JavaPackage::getName)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(open).isEmpty();
    }

    @Test
    void theRuleOnRowsCanFail() {
        ArchRule nothingButItself = noClasses()
                .that(describe("in pipeline", type -> part(type).equals("pipeline")))
                .should()
                .dependOnClassesThat(outside(Set.of("pipeline")));

        assertThatThrownBy(() -> nothingButItself.check(HOUSE)).isInstanceOf(AssertionError.class);
    }

    private static ArchRule rowRule(String part) {
        Set<String> reach = new TreeSet<>(Set.of(part));
        while (reach.addAll(reach.stream()
                .flatMap(known -> ROWS.getOrDefault(known, Set.of()).stream())
                .collect(Collectors.toSet()))) {}
        return noClasses()
                .that(describe("in " + part, type -> part(type).equals(part)))
                .should()
                .dependOnClassesThat(outside(reach))
                .allowEmptyShould(true);
    }

    private static DescribedPredicate<JavaClass> outside(Set<String> parts) {
        return describe(
                "ours outside " + parts, type -> type.getPackageName().startsWith(ROOT) && !parts.contains(part(type)));
    }

    /** The row of the table that a class belongs to; a backend is a row of its own. */
    private static String part(JavaClass type) {
        String[] names = type.getPackageName().substring(ROOT.length()).split("\\.", 3);
        return names[0].equals("backend") && names.length > 1 ? names[0] + "." + names[1] : names[0];
    }
}
