package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
        Documents documents = Checkout.documents();
        try (Engine engine = Engine.start(
                        Checkout.folders(folder), documents.server().limits());
                ServerProcess process = new ServerProcess(engine, documents, Instant.now());
                Chromium browser = new Chromium(
                        System.getenv().getOrDefault("PENSTOCK_BROWSER", "chromium"), folder.resolve("profile"))) {
            String address = "http://127.0.0.1:" + process.start() + "/";
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
