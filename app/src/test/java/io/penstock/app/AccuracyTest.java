package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sample's detector on streets that its training never saw; the figure over more frames stands in docs. */
@Timeout(300)
class AccuracyTest {
    private static final double LEAST = 0.8;

    @Test
    void detectorSeesStreetsItWasNotTrainedOn() {
        CommandLineRun run = CommandLineRun.of(
                "evaluate",
                Checkout.sample().toString(),
                "--scene",
                "street",
                "--seed",
                "1000-1003",
                "--every",
                "60",
                "-o",
                "json");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(mAP50(run.out())).isGreaterThanOrEqualTo(LEAST);
        assertThat(run.out()).contains("\"images\":20,");
    }

    private static double mAP50(String json) {
        Matcher matcher = Pattern.compile("\"mAP50\":([0-9.]+)").matcher(json);
        assertThat(matcher.find()).as(json).isTrue();
        return Double.parseDouble(matcher.group(1));
    }
}
