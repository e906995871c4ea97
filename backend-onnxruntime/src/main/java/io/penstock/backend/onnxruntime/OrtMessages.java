package io.penstock.backend.onnxruntime;

import ai.onnxruntime.OrtException;
import java.util.regex.Pattern;

/** ONNX Runtime's messages without what only its own developers can use: source paths, code numbers, stack traces. */
final class OrtMessages {
    private static final int LONGEST = 300;
    private static final Pattern CODE = Pattern.compile("^Error code - \\S+ - message: ");
    private static final Pattern SOURCE = Pattern.compile("\\S*\\.(?:cc|h):\\d+ ?[^\\[]*?(?=\\[|[A-Z]|$)");

    private OrtMessages() {}

    static String sentence(OrtException e) {
        String message = String.valueOf(e.getMessage());
        String first = message.lines().findFirst().orElse("no reason given");
        String clean = CODE.matcher(first).replaceFirst("");
        clean = SOURCE.matcher(clean).replaceAll("").strip();
        return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + "...";
    }
}
