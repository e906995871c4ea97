package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The live page in a real browser; {@code PENSTOCK_BROWSER} names a Chromium. */
@Tag("browser")
@Timeout(180)
class PageTest {
    @Test
    void showsTheCameraItsFiguresAndHowToAsk(@TempDir Path folder) throws Exception {
        List<Target> targets = Target.read(List.of(Checkout.sample().toString()));
        try (Engine engine = Engine.start(UserFolders.of(Map.of("HOME", folder.toString())));
                ServerProcess process = new ServerProcess(engine, targets, true, Instant.now());
                Chromium browser = new Chromium(
                        System.getenv().getOrDefault("PENSTOCK_BROWSER", "chromium"), folder.resolve("profile"))) {
            String address = "http://127.0.0.1:" + process.start(targets, "127.0.0.1", 0) + "/";
            browser.open(address);

            assertThat(browser.becomesTrue("[...document.images].some(i => i.naturalWidth === 1280)"))
                    .as("the picture shows")
                    .isTrue();
            assertThat(browser.becomesTrue("/traffic light \\d/.test(document.body.innerText)"))
                    .as("what is seen is counted")
                    .isTrue();
            assertThat(browser.becomesTrue("/[1-9]\\S*\\s*fps out/.test(document.body.innerText)"))
                    .as("the rate is above zero")
                    .isTrue();
            assertThat(browser.evaluate("document.body.innerText"))
                    .contains("gate", "street-detector", "pipelines/street", "dropped");
            assertThat(browser.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                    .as("no sideways scrolling")
                    .isEqualTo("true");
            process.drain(Duration.ofSeconds(10));
        }
    }
}
