package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The live page in a real browser; {@code PENSTOCK_BROWSER} names a Chromium. */
@Tag("browser")
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageTest {
    private static final int TAB = 9;
    private static final String DOCUMENT = """
            apiVersion: penstock.io/v1alpha1
            kind: InferencePipeline
            metadata: {name: street}
            spec:
              source:
                streams:
                  cameras:
                    - {name: gate, synthetic: {scene: street, seed: 1, fps: 8}}
                    - {name: yard, synthetic: {scene: street, seed: 5, fps: 3}}
              model: {name: street-detector, uri: MODEL}
              postprocess: [detections: {scoreThreshold: 0.4}]
            """;

    private Path folder;
    private Engine engine;
    private ServerProcess process;
    private Chromium browser;
    private Documents documents;
    private String address;
    private int port;

    @BeforeAll
    void start(@TempDir Path scratch) throws Exception {
        folder = scratch;
        Path document = folder.resolve("two.yaml");
        String model = Checkout.sample().resolveSibling("street-detector.onnx").toString();
        Files.writeString(document, DOCUMENT.replace("MODEL", model));
        documents = Documents.read(List.of(document.toString()));
        startServer(0);
        browser = new Chromium(System.getenv().getOrDefault("PENSTOCK_BROWSER", "chromium"), folder.resolve("profile"));
    }

    private void startServer(int wanted) throws InterruptedException {
        Documents here = documents.listeningOn("127.0.0.1", wanted);
        engine = Engine.start(Checkout.folders(folder), here.server());
        process = new ServerProcess(engine, here, Instant.now());
        port = process.start();
        address = "http://127.0.0.1:" + port + "/";
    }

    private void stopServer() throws InterruptedException {
        process.drain(Duration.ofSeconds(10));
        process.close();
        engine.close();
    }

    @AfterAll
    void stop() throws Exception {
        browser.close();
        stopServer();
    }

    @BeforeEach
    void openThePage() throws Exception {
        browser.resize(1360, 1000);
        browser.prefer("prefers-color-scheme", "dark");
        browser.open(address);
        becomesTrue("the picture shows", "document.querySelector('#view .picture.shown')");
    }

    private void becomesTrue(String claim, String expression) throws InterruptedException {
        assertThat(browser.becomesTrue(expression)).as(claim).isTrue();
    }

    private void click(String selector) throws InterruptedException {
        browser.evaluate("document.querySelector('" + selector + "').click()");
    }

    @Test
    void showsTheCameraItsFiguresAndHowToAsk() throws Exception {
        becomesTrue("the picture is whole", "document.querySelector('#view canvas').width === 1280");
        becomesTrue("what is seen is counted", "/traffic light \\d/.test(document.body.innerText)");
        becomesTrue("the rate is above zero", "/[1-9]\\S*\\s*fps out/.test(document.body.innerText)");
        becomesTrue(
                "words for who does not see it",
                "/^gate camera: .*\\d/.test(document.querySelector('#view canvas').getAttribute('aria-label'))");
        becomesTrue("each stream has its tile", "document.querySelectorAll('.tile .shown').length === 2");
        assertThat(browser.evaluate("document.body.innerText"))
                .contains("gate", "street-detector", "pipelines/street", "dropped", "ONNX Runtime", "1.8 MB", "CPU, ");
        assertThat(browser.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as("no sideways scrolling")
                .isEqualTo("true");
    }

    @Test
    void anotherStreamIsLookedAtByItsTile() throws Exception {
        click(".tile[aria-pressed=false]");
        becomesTrue(
                "the other camera shows",
                "/^yard camera: .*\\d/.test(document.querySelector('#view canvas').getAttribute('aria-label'))");
        assertThat(browser.evaluate("location.hash")).isEqualTo("#street/yard");
        assertThat(browser.evaluate("document.title")).startsWith("yard");
    }

    @Test
    void labelsAreInsideThePictureAndOffEachOther() throws Exception {
        click("#view figcaption > button");
        becomesTrue("paused", "document.querySelector('#view .state').textContent.includes('paused')");
        becomesTrue("some are shown", "document.querySelectorAll('#view .tags > g').length > 3");

        assertThat(browser.evaluate("""
                (() => { const p = document.querySelector('#view .picture').getBoundingClientRect();
                const r = [...document.querySelectorAll('#view .tags > g')].filter(g => g.style.display !== 'none')
                  .map(g => g.firstChild.getBoundingClientRect());
                const inside = r.every(a => a.left >= p.left - 1 && a.right <= p.right + 1 && a.top >= p.top - 1 && a.bottom <= p.bottom + 1);
                const apart = r.every((a, i) => r.every((b, k) => i === k || a.left >= b.right - 1 || b.left >= a.right - 1
                  || a.top >= b.bottom - 1 || b.top >= a.bottom - 1));
                const fit = [...document.querySelectorAll('#view .tags > g')].filter(g => g.style.display !== 'none').every(g =>
                  g.lastChild.getBoundingClientRect().right <= g.firstChild.getBoundingClientRect().right + 1);
                return inside + ' ' + apart + ' ' + fit; })()""".replace("\n", " "))).isEqualTo("true true true");
    }

    @Test
    void labelsTellTracksAndBelowThemWhatOtherPipelinesSaid() throws Exception {
        browser.evaluate("""
                import('/page/overlay.js').then(({Overlay}) => { const root = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
                document.body.append(root); const overlay = new Overlay(root);
                const one = {label: 'car', classId: 2, score: 0.91, trackId: 7, box: {x: 100, y: 200, width: 300, height: 200},
                  inferred: [{pipeline: 'makes', classifications: [{label: 'estate', score: 0.75}, {label: 'van', score: 0.2}]},
                    {pipeline: 'plates', detections: [{label: '<b>', score: 0.5, box: {x: 1, y: 2, width: 3, height: 4}}]}]};
                overlay.draw({width: 1280, height: 720, detections: [one]});
                const other = {...one, trackId: undefined, inferred: undefined, score: 0.5};
                overlay.draw({width: 1280, height: 720, detections: [one, other]}); window.drawn = root; })""".replace("\n", " "));
        becomesTrue("it is drawn", "window.drawn");
        assertThat(browser.evaluate("[...drawn.querySelectorAll('.tags text')].map(text =>"
                        + " [...text.childNodes].map(line => line.textContent).join('/')).reverse().join(' ; ')"))
                .isEqualTo("car #7 \\u00b7 .91/estate \\u00b7 .75/<b> \\u00b7 .50 ; car \\u00b7 .50");
    }

    @Test
    void aPausedPageIsSentNoPictures() throws Exception {
        click("#view figcaption > button");
        String sent = "JSON.stringify(Object.values(JSON.parse(window.figures).streams).map(s => s.viewers.sent))";
        String ask =
                "fetch('/dashboard/stats').then(r => r.text()).then(t => { window.figures = t; window.asked = true; })";
        browser.evaluate("new Promise(done => setTimeout(done, 700)).then(() => " + ask + ")");
        becomesTrue("asked", "window.asked");
        String before = browser.evaluate(sent);
        browser.evaluate("window.asked = false; new Promise(done => setTimeout(done, 1200)).then(() => " + ask + ")");
        becomesTrue("asked again", "window.asked");

        assertThat(browser.evaluate(sent)).isEqualTo(before);
        click("#view figcaption > button");
        browser.evaluate("document.querySelector('#view .picture').classList.remove('shown')");
        becomesTrue("it goes on", "document.querySelector('#view .picture.shown')");
    }

    @Test
    void chipsFilterBoxes() throws Exception {
        String boxes = "[...document.querySelectorAll('#view .box')].filter(b => b.style.display !== 'none'"
                + " && b.dataset.label === 'traffic light').length";
        becomesTrue("there are some", boxes + " > 0");
        becomesTrue("they have a chip", "document.querySelector('.chip[data-label=\"traffic light\"]')");

        click(".chip[data-label=\"traffic light\"]");
        assertThat(browser.evaluate(boxes)).isEqualTo("0");
        assertThat(browser.evaluate("document.querySelector('.chip[data-label=\"traffic light\"]').ariaPressed"))
                .isEqualTo("false");
        click(".chip[data-label=\"traffic light\"]");
        becomesTrue("and back again", boxes + " > 0");
    }

    @Test
    void chartsMoveAndTellTheMomentsValues() throws Exception {
        becomesTrue("they have begun", "document.querySelector('[data-series=infer]').getAttribute('d').length > 20");
        String before = browser.evaluate("document.querySelector('[data-series=in]').getAttribute('d')");
        becomesTrue("they move", "document.querySelector('[data-series=in]').getAttribute('d') !== '" + before + "'");
        assertThat(browser.evaluate("document.querySelectorAll('#stages .marks line').length"))
                .isEqualTo("4");
        assertThat(browser.evaluate("document.querySelector('#rates .legend').innerText"))
                .matches("(?s)in \\d.*out \\d.*");

        browser.evaluate("document.querySelector('#stages .chart').focus()");
        browser.press("ArrowLeft", 37);
        assertThat(browser.evaluate("document.querySelector('#stages .tip').innerText"))
                .contains("queue", "preprocess", "infer", "postprocess");
    }

    @Test
    void nothingMovesWhereMotionIsUnwelcome() throws Exception {
        becomesTrue("charts move", "document.getAnimations().length > 0");
        browser.prefer("prefers-reduced-motion", "reduce");
        becomesTrue("they stand still", "document.getAnimations().length === 0");
        String before = browser.evaluate("document.querySelector('[data-series=in]').getAttribute('d')");
        becomesTrue(
                "figures go on", "document.querySelector('[data-series=in]').getAttribute('d') !== '" + before + "'");
        assertThat(browser.evaluate("document.getAnimations().length")).isEqualTo("0");
    }

    @Test
    void aChosenPhotoIsAnsweredWithBoxesWhereTheJsonSays() throws Exception {
        browser.choose("#photo", photo());
        becomesTrue("it is answered", "document.querySelector('#try details pre').textContent.includes('detections')");
        becomesTrue("with boxes", "document.querySelector('#try .picture.shown')");

        assertThat(browser.evaluate("document.getElementById('answer-text').textContent"))
                .contains("traffic light", "preprocess", "infer", "postprocess");
        assertThat(browser.evaluate("""
                (() => { const result = JSON.parse(document.querySelector('#try details pre').textContent);
                const canvas = document.querySelector('#try canvas').getBoundingClientRect();
                const scale = canvas.width / result.width;
                const wanted = result.detections.sort((a, b) => b.score - a.score).map(({box}) => box);
                const drawn = [...document.querySelectorAll('#try .box')].filter(b => b.style.display !== 'none').reverse();
                const close = drawn.every((rect, i) => { const seen = rect.getBoundingClientRect(); const box = wanted[i];
                  return Math.abs((seen.x - canvas.x) / scale - box.x) < 5 && Math.abs((seen.y - canvas.y) / scale - box.y) < 5
                    && Math.abs(seen.width / scale - box.width) < 10 && Math.abs(seen.height / scale - box.height) < 10; });
                return drawn.length > 0 && drawn.length === wanted.length && close; })()""".replace("\n", " "))).isEqualTo("true");
    }

    @Test
    void aDroppedFileThatIsNoPhotoIsRefusedInWords() throws Exception {
        browser.evaluate("""
                (() => { const all = new DataTransfer(); all.items.add(new File(['hello'], 'hello.jpg'));
                document.getElementById('drop').dispatchEvent(new DragEvent('drop', {dataTransfer: all, cancelable: true,
                bubbles: true})); })()""".replace("\n", " "));
        becomesTrue("it says why", "document.querySelector('#answer-text.bad')?.textContent.length > 20");
    }

    private Path photo() throws IOException, InterruptedException {
        Path photo = folder.resolve("photo.jpg");
        HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(address + "pipelines/street/streams/yard/frame.jpg"))
                                .build(),
                        HttpResponse.BodyHandlers.ofFile(photo));
        return photo;
    }

    @Test
    void aRefusedEditIsSaidUntilTheNextIsTaken() throws Exception {
        assertThat(browser.evaluate("document.getElementById('notice').hidden")).isEqualTo("true");
        process.refusedEdit("two.yaml:9: unknown field scoreTreshold; did you mean scoreThreshold?");
        becomesTrue(
                "it is said",
                "!document.getElementById('notice').hidden"
                        + " && document.getElementById('notice').innerText.includes('did you mean scoreThreshold?')");
        process.refusedEdit("");
        becomesTrue("and taken back", "document.getElementById('notice').hidden");
    }

    @Test
    void themeFollowsTheSystemAndTheSwitch() throws Exception {
        String ground = "getComputedStyle(document.body).backgroundColor";
        String dark = browser.evaluate(ground);
        browser.prefer("prefers-color-scheme", "light");
        String light = browser.evaluate(ground);
        assertThat(light).isNotEqualTo(dark);

        click("#theme");
        assertThat(browser.evaluate(ground)).isEqualTo(light);
        click("#theme");
        assertThat(browser.evaluate(ground)).isEqualTo(dark);
        browser.open(address);
        assertThat(browser.evaluate(ground)).as("it is remembered").isEqualTo(dark);
        assertThat(browser.evaluate("document.getElementById('theme').textContent"))
                .isEqualTo("Theme: dark");
        click("#theme");
        assertThat(browser.evaluate(ground)).as("and forgotten").isEqualTo(light);
    }

    @Test
    void kioskShowsNothingButPictures() throws Exception {
        browser.open(address + "?kiosk");
        becomesTrue("all of them", "document.querySelectorAll('.wall .picture.shown').length === 2");
        assertThat(browser.evaluate("getComputedStyle(document.querySelector('header')).display"))
                .isEqualTo("none");
        assertThat(browser.evaluate("document.querySelectorAll('section, figure').length"))
                .isEqualTo("0");
        assertThat(browser.evaluate("document.documentElement.scrollHeight <= innerHeight"))
                .isEqualTo("true");

        browser.open(address + "?kiosk=street/yard");
        becomesTrue("the one", "document.querySelectorAll('.wall .picture.shown').length === 1");
    }

    @Test
    void aPhoneNeedsNoSidewaysScrolling() throws Exception {
        browser.resize(360, 740);
        becomesTrue("charts are there", "document.querySelector('#stages .legend')");
        assertThat(browser.evaluate("innerWidth + ' ' + (document.documentElement.scrollWidth <= innerWidth)"))
                .isEqualTo("360 true");
        assertThat(browser.evaluate("document.querySelector('#view .picture').getBoundingClientRect().top < 200"))
                .as("the picture comes first")
                .isEqualTo("true");
    }

    @Test
    void everyControlIsReachedByKeyboardAndSeenThere() throws Exception {
        click("#view figcaption > button");
        browser.evaluate(
                "window.controls = () => [...document.querySelectorAll('a[href], button, input, summary, [tabindex=\"0\"]')]"
                        + ".filter(e => e.checkVisibility()); window.reached = new Set(); window.unseen = [];");
        int controls = Integer.parseInt(browser.evaluate("controls().length"));
        assertThat(controls).isGreaterThan(15);
        for (int i = 0; i <= controls; i++) {
            browser.press("Tab", TAB);
            if (i == 0) {
                assertThat(browser.evaluate("document.activeElement.className")).isEqualTo("skip");
            }
            browser.evaluate("""
                    reached.add(document.activeElement); (e => { const shown = e.closest('.drop') ?? e;
                    if (e !== document.body && getComputedStyle(shown).outlineStyle === 'none') unseen.push(e.outerHTML); })
                    (document.activeElement)""".replace("\n", " "));
        }
        assertThat(browser.evaluate("controls().filter(e => !reached.has(e)).map(e => e.outerHTML).join()"))
                .as("not reached")
                .isEmpty();
        assertThat(browser.evaluate("unseen.join()")).as("no visible focus").isEmpty();
    }

    @Test
    void everythingHasAName() throws Exception {
        becomesTrue("chips are there", "document.querySelector('.chip')");
        Set<String> named = Set.of("button", "link", "image", "img", "combobox", "textbox", "region", "navigation");

        List<String> all = browser.accessible();

        assertThat(all).contains("link: Skip to the picture", "button: Pause", "link: Metrics");
        assertThat(all.stream().filter(each -> named.contains(each.substring(0, each.indexOf(':')))))
                .hasSizeGreaterThan(20)
                .noneMatch(each -> each.endsWith(": "));
    }

    @Test
    void storedResultsAreListedWhereThereAreAny() throws Exception {
        becomesTrue("figures are there", "!document.getElementById('figures').hidden");
        try (Chromium other =
                new Chromium(System.getenv().getOrDefault("PENSTOCK_BROWSER", "chromium"), folder.resolve("other"))) {
            other.prepare("""
                    window.asked = []; const real = window.fetch; window.fetch = (url, how) => {
                    if (!String(url).includes('/results?')) return real(url, how);
                    window.asked.push(url);
                    return Promise.resolve(new Response(JSON.stringify({results: [{requestId: 'r-<1>', stream: 'gate',
                      createdAt: '2026-11-22T10:00:00Z', result: {detections: [{label: 'car'}, {label: 'car'}]}}]}))); };""");
            other.open(address);
            assertThat(other.becomesTrue("/car 2/.test(document.querySelector('#results tbody').innerText)"))
                    .isTrue();
            assertThat(other.evaluate("document.querySelector('#results tbody').innerText"))
                    .contains("gate", "r-<1>");
            other.evaluate("""
                    (s => { s.value = 'yard'; s.dispatchEvent(new Event('change')); })(document.querySelectorAll('#results select')[0]);
                    (s => { s.value = '3600'; s.dispatchEvent(new Event('change')); })(document.querySelectorAll('#results select')[1])""".replace("\n", " "));
            assertThat(other.evaluate("asked.at(0)")).isEqualTo("/pipelines/street/results?limit=20");
            assertThat(other.evaluate("asked.at(-1)"))
                    .startsWith("/pipelines/street/results?limit=20&stream=yard&since=20");
        }
    }

    @Test
    void comesBackAfterTheServer() throws Exception {
        int same = port;
        stopServer();
        becomesTrue("it says so", "/next try|reconnecting/.test(document.getElementById('state').textContent)");
        browser.evaluate("document.querySelector('#view .picture').classList.remove('shown')");
        startServer(same);

        becomesTrue("it is back", "/^ready/.test(document.getElementById('state').textContent)");
        becomesTrue("with its picture", "document.querySelector('#view .picture.shown')");
    }

    @Test
    void picturesOfThePage() throws Exception {
        becomesTrue("charts have begun", "document.querySelector('[data-series=infer]').getAttribute('d').length > 60");
        keep("dark");
        browser.prefer("prefers-color-scheme", "light");
        keep("light");
        browser.resize(360, 740);
        keep("phone");
        browser.resize(1360, 800);
        browser.open(address + "?kiosk");
        becomesTrue("all of them", "document.querySelectorAll('.wall .picture.shown').length === 2");
        keep("kiosk");
    }

    private void keep(String name) throws Exception {
        byte[] png = browser.screenshot();
        Path pictures = Files.createDirectories(Path.of("target", "pictures"));
        Files.write(pictures.resolve(name + ".png"), png);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        Set<Integer> colours = new HashSet<>();
        for (int y = 0; y < image.getHeight(); y += 5) {
            for (int x = 0; x < image.getWidth(); x += 5) {
                colours.add(image.getRGB(x, y));
            }
        }
        assertThat(colours).as(name).hasSizeGreaterThan(500);
    }
}
