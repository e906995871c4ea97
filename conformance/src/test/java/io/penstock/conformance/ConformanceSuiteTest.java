package io.penstock.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xml.sax.InputSource;

/** The suite finds each fault that a server may have, and nothing wrong with a sound one. */
@Timeout(120)
class ConformanceSuiteTest {
    @Test
    void aSoundServerFailsNothing() throws Exception {
        ConformanceReport report = report(FaultyServer.Fault.NONE);

        assertThat(report.failures())
                .as(report.text(ConformanceReport.Format.TABLE))
                .isEmpty();
        assertThat(report.isConformant()).isTrue();
        assertThat(report.passed()).isGreaterThan(45);
    }

    @Test
    void eachFaultFailsTheChecksThatAreAboutIt() throws Exception {
        Map<FaultyServer.Fault, List<String>> expected = Map.of(
                FaultyServer.Fault.FORGETS_IDS, List.of("A7.echo"),
                FaultyServer.Fault.CHANGES_AN_ELEMENT, List.of("A5.json.fp32"),
                FaultyServer.Fault.TAKES_ANY_SHAPE,
                        List.of("A10.too-many-elements", "A10.negative-dimension", "A10.overflowing-shape"),
                FaultyServer.Fault.TAKES_ANY_NAME, List.of("A10.unknown-input", "A10.misnamed-input"),
                FaultyServer.Fault.SAYS_500, List.of("A10.not-json", "A4.unknown", "A10.wrong-datatype"),
                FaultyServer.Fault.HAS_NO_ERROR_SENTENCE, List.of("A10.empty-body", "A8.unknown"),
                FaultyServer.Fault.ANSWERS_UNKNOWN_MODELS, List.of("A4.unknown"),
                FaultyServer.Fault.SAYS_ANOTHER_MODEL, List.of("A13.model"));
        for (FaultyServer.Fault fault : FaultyServer.Fault.values()) {
            if (fault != FaultyServer.Fault.NONE) {
                ConformanceReport report = report(fault);
                assertThat(report.failures()).as(fault.name()).containsAll(expected.getOrDefault(fault, List.of("?")));
                assertThat(report.isConformant()).as(fault.name()).isFalse();
            }
        }
    }

    @Test
    void everyIdIsGivenOnce() {
        List<String> ids = ConformanceSuite.checks().stream().map(Check::id).toList();

        assertThat(new HashSet<>(ids)).hasSameSizeAs(ids).hasSizeGreaterThan(120);
        assertThat(ids).allMatch(id -> id.matches("[A-E]\\d{1,2}\\.[a-z0-9.-]+"));
    }

    @Test
    void junitIsValidXmlWhateverAServerSays() throws Exception {
        String xml = report(FaultyServer.Fault.SAYS_500).text(ConformanceReport.Format.JUNIT);

        var root = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)))
                .getDocumentElement();
        assertThat(root.getAttribute("failures")).isNotEqualTo("0");
        assertThat(root.getElementsByTagName("failure").getLength())
                .isEqualTo(Integer.parseInt(root.getAttribute("failures")));
    }

    private static ConformanceReport report(FaultyServer.Fault fault) throws Exception {
        try (FaultyServer server = new FaultyServer(fault)) {
            return new ConformanceSuite(server.address(), Optional.empty(), Optional.empty()).run();
        }
    }
}
