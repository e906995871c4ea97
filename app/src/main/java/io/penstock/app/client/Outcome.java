package io.penstock.app.client;

/**
 * What became of one request.
 *
 * @param status an HTTP or gRPC status, or a word for what broke before there was one
 * @param sentence what the answer or the failure says; empty where it is well
 */
public record Outcome(boolean isAnswer, String status, String sentence) {
    /** The one for every request that was answered, so that nothing is made for each. */
    static final Outcome ANSWERED = new Outcome(true, "200", "");

    private static final int LONGEST = 200;

    static Outcome failed(String status, String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        return new Outcome(false, status, line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…");
    }
}
