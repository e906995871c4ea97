package io.penstock.app.house;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The house's rules on text, as functions from a file to what is wrong with it: nothing, for a tidy one. */
final class TidyRules {
    static final int METHOD_LINES = 60;
    static final int FILE_LINES = 500;
    static final int PARAMETERS = 7;
    static final int README_LINES = 120;
    static final long FILE_BYTES = 256 << 10;
    static final long PICTURE_BYTES = 512 << 10;
    static final long MODEL_BYTES = 2 << 20;

    private static final Pattern REFUSED_NAME =
            Pattern.compile(".*(Manager|Helper|Util|Utils|Impl|Info|Data|Service)|(Base|Common|Misc)([A-Z].*)?");
    private static final Pattern ABSTRACT_NAME = Pattern.compile("Abstract[A-Z].*");
    private static final Pattern KIT = Pattern.compile(".*/src/test/.*Conformance(Test)?\\.java");
    private static final Pattern ACCESSOR = Pattern.compile("get[A-Z].*");
    private static final Pattern WILDCARD = Pattern.compile("(?m)^import (static )?[\\w.]+\\.\\*;");
    private static final Pattern TO_DO = Pattern.compile("\\b(TO" + "DO|FIX" + "ME)\\b(.*)");
    private static final Pattern REASON = Pattern.compile("(\\(.+\\))?: .{20,}");
    private static final Set<String> PICTURES = Set.of("jpg", "jpeg", "png", "webp", "svg", "gif");
    private static final Set<String> MODELS = Set.of("onnx", "gguf");

    private TidyRules() {}

    static List<String> java(Path file, String text) {
        JavaSource source = JavaSource.of(text);
        boolean main = file.toString().contains("src/main/");
        List<String> wrong = new ArrayList<>(script(file, text));
        for (JavaSource.Method method : source.methods()) {
            String where = file + ": " + method.name();
            if (method.lines() > METHOD_LINES) {
                wrong.add(where + " has " + method.lines() + " lines; at most " + METHOD_LINES);
            }
            if (method.parameters() > PARAMETERS && !method.overrides()) {
                wrong.add(where + " takes " + method.parameters() + " parameters; at most " + PARAMETERS);
            }
            if (main && ACCESSOR.matcher(method.name()).matches() && !method.overrides()) {
                wrong.add(where + ": an accessor has no 'get'");
            }
        }
        for (JavaSource.Type type : source.types()) {
            boolean kit = KIT.matcher(file.toString()).matches();
            if (REFUSED_NAME.matcher(type.name()).matches()
                    || (!kit && ABSTRACT_NAME.matcher(type.name()).matches())) {
                wrong.add(file + ": " + type.name() + " does not say what the type is for");
            }
        }
        if (WILDCARD.matcher(text).find()) {
            wrong.add(file + ": an import names each type");
        }
        source.comments().forEach(comment -> wrong.addAll(notes(file, comment)));
        return wrong;
    }

    /** What holds for source text in any language. */
    static List<String> script(Path file, String text) {
        long lines = text.lines().count();
        return lines > FILE_LINES ? List.of(file + " has " + lines + " lines; at most " + FILE_LINES) : List.of();
    }

    /** A note that something is left to do says what and why: the word, a colon and a sentence. */
    static List<String> notes(Path file, String text) {
        List<String> wrong = new ArrayList<>();
        Matcher note = TO_DO.matcher(text);
        while (note.find()) {
            if (!REASON.matcher(note.group(2).strip()).lookingAt()) {
                wrong.add(file + ": '" + note.group().strip() + "' gives no reason");
            }
        }
        return wrong;
    }

    static List<String> markdown(Path file, String text) {
        List<String> lines = Markdown.withoutCode(text).lines().toList();
        List<String> wrong = new ArrayList<>();
        long titles = lines.stream().filter(line -> line.startsWith("# ")).count();
        if (titles != 1) {
            wrong.add(file + " has " + titles + " first-level headings; exactly 1");
        }
        if (file.toString().equals("README.md") && text.lines().count() > README_LINES) {
            wrong.add(file + " has " + text.lines().count() + " lines; at most " + README_LINES);
        }
        return wrong;
    }

    static List<String> size(Path file, long bytes) {
        String name = file.toString();
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        boolean sample = name.startsWith("samples/");
        long limit = FILE_BYTES;
        if ((sample || name.startsWith("docs/")) && PICTURES.contains(extension)) {
            limit = PICTURE_BYTES;
        } else if (sample && MODELS.contains(extension)) {
            limit = MODEL_BYTES;
        }
        return bytes > limit ? List.of(file + " has " + bytes + " bytes; at most " + limit) : List.of();
    }
}
