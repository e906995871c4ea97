package io.penstock.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A headless Chromium with one page, driven over the DevTools protocol: as much of it as a test of the page needs, and
 * no driver to download.
 */
final class Chromium implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;
    private static final Pattern LISTENING = Pattern.compile("DevTools listening on (ws://\\S+)");
    private static final Pattern AX_ROLE = Pattern.compile("\"role\":\\{\"type\":\"\\w+\",\"value\":\"(\\w+)\"");
    private static final Pattern AX_NAME =
            Pattern.compile("\"name\":\\{\"type\":\"\\w+\",\"value\":\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern VALUE =
            Pattern.compile("\"value\":(?:\"((?:[^\"\\\\]++|\\\\.)*+)\"|([^,}]+))", Pattern.DOTALL);

    private final Process process;
    private final WebSocket socket;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final String page;
    private int calls;

    Chromium(String program, Path profile) throws IOException, InterruptedException {
        process = new ProcessBuilder(List.of(
                        program,
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--window-size=1360,1000",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank"))
                .redirectErrorStream(true)
                .start();
        URI devTools = awaitDevTools();
        socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .connectTimeout(Duration.ofSeconds(PATIENCE_SECONDS))
                .buildAsync(devTools, new Answers(answers))
                .join();
        String target = text(call("Target.createTarget", "\"url\":\"about:blank\"", ""), "targetId");
        page = text(call("Target.attachToTarget", "\"targetId\":\"" + target + "\",\"flatten\":true", ""), "sessionId");
    }

    /** Gathers messages, which may come in pieces. */
    private static final class Answers implements WebSocket.Listener {
        private final BlockingQueue<String> answers;
        private final StringBuilder pieces = new StringBuilder();

        Answers(BlockingQueue<String> answers) {
            this.answers = answers;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence piece, boolean last) {
            pieces.append(piece);
            if (last) {
                answers.add(pieces.toString());
                pieces.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    /** Opens a page, and returns when its document is another one than before. */
    void open(String url) throws InterruptedException {
        evaluate("document.documentElement.dataset.left = 'yes'");
        call("Page.navigate", "\"url\":\"" + url + "\"", page);
        if (!becomesTrue("document.readyState === 'complete' && !document.documentElement.dataset.left")) {
            throw new IllegalStateException(url + " did not open");
        }
    }

    /** Runs a script in every page that is opened from now on, before its own. */
    void prepare(String script) throws InterruptedException {
        String escaped = script.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", " ");
        call("Page.enable", "", page);
        call("Page.addScriptToEvaluateOnNewDocument", "\"source\":\"" + escaped + "\"", page);
    }

    void resize(int width, int height) throws InterruptedException {
        call(
                "Emulation.setDeviceMetricsOverride",
                "\"width\":" + width + ",\"height\":" + height + ",\"deviceScaleFactor\":1,\"mobile\":false",
                page);
    }

    /** Pretends that the user prefers this, such as {@code prefers-color-scheme} {@code dark}. */
    void prefer(String feature, String value) throws InterruptedException {
        call(
                "Emulation.setEmulatedMedia",
                "\"features\":[{\"name\":\"" + feature + "\",\"value\":\"" + value + "\"}]",
                page);
    }

    void press(String key, int code) throws InterruptedException {
        String how = "\"key\":\"" + key + "\",\"code\":\"" + key + "\",\"windowsVirtualKeyCode\":" + code;
        call("Input.dispatchKeyEvent", "\"type\":\"keyDown\"," + how, page);
        call("Input.dispatchKeyEvent", "\"type\":\"keyUp\"," + how, page);
    }

    void move(int x, int y) throws InterruptedException {
        call("Input.dispatchMouseEvent", "\"type\":\"mouseMoved\",\"x\":" + x + ",\"y\":" + y, page);
    }

    /** Chooses a file as if the user had picked it in the input's dialogue. */
    void choose(String selector, Path file) throws InterruptedException {
        String found = call("Runtime.evaluate", "\"expression\":\"document.querySelector('" + selector + "')\"", page);
        call(
                "DOM.setFileInputFiles",
                "\"files\":[\"" + file + "\"],\"objectId\":\""
                        + text(found, "objectId").replace("\"", "\\\"") + "\"",
                page);
    }

    /** What is shown, as PNG. */
    byte[] screenshot() throws InterruptedException {
        return Base64.getDecoder().decode(text(call("Page.captureScreenshot", "\"format\":\"png\"", page), "data"));
    }

    /** What a reader of the screen is told of the page: role and name of each element, as {@code button: Copy}. */
    List<String> accessible() throws InterruptedException {
        List<String> all = new ArrayList<>();
        for (String node : call("Accessibility.getFullAXTree", "", page).split("\\{\"nodeId\":", -1)) {
            Matcher role = AX_ROLE.matcher(node);
            Matcher name = AX_NAME.matcher(node);
            if (node.contains("\"ignored\":false") && role.find()) {
                all.add(role.group(1) + ": " + (name.find() ? name.group(1) : ""));
            }
        }
        return all;
    }

    /** What a JavaScript expression gives, as text. */
    String evaluate(String expression) throws InterruptedException {
        String escaped = expression.replace("\\", "\\\\").replace("\"", "\\\"");
        String answer = call("Runtime.evaluate", "\"returnByValue\":true,\"expression\":\"" + escaped + "\"", page);
        Matcher value = VALUE.matcher(answer);
        if (!value.find()) {
            return "";
        }
        return value.group(1) != null ? value.group(1) : value.group(2);
    }

    /** Waits until an expression is true; whether it became so in time. */
    boolean becomesTrue(String expression) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < end) {
            if (evaluate("Boolean(" + expression + ")").equals("true")) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return false;
    }

    private String call(String method, String parameters, String inSession) throws InterruptedException {
        int id = ++calls;
        String where = inSession.isEmpty() ? "" : ",\"sessionId\":\"" + inSession + "\"";
        socket.sendText(
                        "{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":{" + parameters + "}" + where
                                + "}",
                        true)
                .join();
        while (true) {
            String answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (answer == null) {
                throw new IllegalStateException("no answer to " + method);
            }
            if (answer.startsWith("{\"id\":" + id + ",")) {
                return answer;
            }
        }
    }

    private static String text(String json, String key) {
        Matcher found = Pattern.compile("\"" + key + "\":\"([^\"]+)\"").matcher(json);
        if (!found.find()) {
            throw new IllegalStateException("no " + key + " in " + json);
        }
        return found.group(1);
    }

    private URI awaitDevTools() throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                Thread.ofVirtual().start(() -> lines.lines().forEach(_ -> {}));
                return URI.create(listening.group(1));
            }
        }
        throw new IllegalStateException("the browser ended before it listened");
    }

    @Override
    public void close() {
        socket.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
