package io.penstock.server.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page can be read, in both themes. */
class PageStyleTest {
    private static final Pattern VARIABLE =
            Pattern.compile("--([a-z0-9]+): light-dark\\(#([0-9a-f]{6}), #([0-9a-f]{6})\\);");
    private static final double TEXT = 4.5;
    private static final double GRAPHICS = 3;

    @Test
    void textStandsOutFromWhatItStandsOn() throws Exception {
        for (Map<String, Integer> theme : themes()) {
            for (String text : List.of("ink", "soft", "faint", "accent", "good", "warn", "bad")) {
                for (String ground : List.of("ground", "sheet")) {
                    assertThat(contrast(theme, text, ground))
                            .as(text + " on " + ground)
                            .isGreaterThanOrEqualTo(TEXT);
                }
            }
        }
    }

    @Test
    void chartsAndStatesStandOutFromTheSheet() throws Exception {
        for (Map<String, Integer> theme : themes()) {
            for (String colour : List.of("s1", "s2", "s3", "s4", "good", "warn", "bad", "faint")) {
                assertThat(contrast(theme, colour, "sheet")).as(colour).isGreaterThanOrEqualTo(GRAPHICS);
            }
        }
    }

    @Test
    void contrastIsMeasuredAsTheGuidelinesSay() {
        assertThat(contrast(Map.of("a", 0xFFFFFF, "b", 0x000000), "a", "b")).isEqualTo(21);
        assertThat(contrast(Map.of("a", 0x777777, "b", 0xFFFFFF), "a", "b")).isBetween(4.47, 4.49);
    }

    /** Colours by the names of their variables: light, then dark. */
    private static List<Map<String, Integer>> themes() throws IOException {
        Map<String, Integer> light = new HashMap<>();
        Map<String, Integer> dark = new HashMap<>();
        try (InputStream in = Objects.requireNonNull(PageStyleTest.class.getResourceAsStream("page.css"))) {
            Matcher variable = VARIABLE.matcher(new String(in.readAllBytes(), UTF_8));
            while (variable.find()) {
                light.put(variable.group(1), Integer.parseInt(variable.group(2), 16));
                dark.put(variable.group(1), Integer.parseInt(variable.group(3), 16));
            }
        }
        assertThat(light).hasSizeGreaterThan(10);
        return List.of(light, dark);
    }

    /** WCAG 2.2's contrast ratio. */
    private static double contrast(Map<String, Integer> theme, String one, String other) {
        double a = luminance(Objects.requireNonNull(theme.get(one), one));
        double b = luminance(Objects.requireNonNull(theme.get(other), other));
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    private static double luminance(int rgb) {
        return 0.2126 * linear(rgb >> 16 & 0xFF) + 0.7152 * linear(rgb >> 8 & 0xFF) + 0.0722 * linear(rgb & 0xFF);
    }

    private static double linear(int part) {
        double share = part / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
    }
}
