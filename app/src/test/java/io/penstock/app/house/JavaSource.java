package io.penstock.app.house;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The shape of one Java file, as far as the gates ask for it: its types, and the lines and parameters of its methods.
 * A scanner of braces and brackets, not a parser: it knows comments, strings and generics, and no more of the grammar.
 */
record JavaSource(List<Type> types, List<Method> methods, List<String> comments) {

    JavaSource {
        types = List.copyOf(types);
        methods = List.copyOf(methods);
        comments = List.copyOf(comments);
    }

    /** A declared type; {@code topLevel} is one that stands in a file of its own. */
    record Type(String name, boolean topLevel, boolean isPublic) {}

    /** A method or constructor, or an initializer without a name; {@code lines} from its first modifier to its last brace. */
    record Method(String name, int lines, int parameters, boolean overrides) {}

    static JavaSource of(String text) {
        List<String> comments = new ArrayList<>();
        String code = withoutCommentsAndStrings(text, comments);
        return new Scan(code, comments).run();
    }

    /** Comments and the insides of literals become blanks; newlines stay, so that lines can still be counted. */
    static String withoutCommentsAndStrings(String text, List<String> comments) {
        Matcher token = TOKEN.matcher(text);
        StringBuilder code = new StringBuilder();
        int end = 0;
        while (token.find()) {
            code.append(text.substring(end, token.start()));
            String found = token.group();
            if (found.startsWith("/")) {
                comments.add(found);
            }
            code.append(found.replaceAll("[^\n]", " "));
            end = token.end();
        }
        return code.append(text.substring(end)).toString();
    }

    private static final Pattern TOKEN = Pattern.compile(
            "//[^\n]*" // a comment to the end of the line
                    + "|/\\*(?s:.*?)\\*/" // a comment between marks
                    + "|\"\"\"(?s:(?:\\\\.|[^\\\\])*?)\"\"\"" // a text block
                    + "|\"(?:\\\\.|[^\"\\\\\n])*\"" // a string
                    + "|'(?:\\\\.|[^'\\\\\n])+'"); // a character

    private enum Block {
        TYPE,
        METHOD,
        OTHER
    }

    private record Open(Block block, Method method, int firstLine, int brackets, int headerLength) {}

    private static final class Scan {
        private static final Pattern TYPE =
                Pattern.compile("(?:^|\\s|\\))(?:@?interface|class|enum|record)\\s+([A-Za-z_]\\w*)(?![\\w\\s]*=)");
        private static final Pattern NAME = Pattern.compile("([A-Za-z_]\\w*)\\s*$");
        private static final Method NONE = new Method("", 0, 0, false);

        private final String code;
        private final List<String> comments;
        private final List<Type> types = new ArrayList<>();
        private final List<Method> methods = new ArrayList<>();
        private final Deque<Open> open = new ArrayDeque<>();
        private final StringBuilder header = new StringBuilder();
        private int headerLine;
        private int brackets;
        private int line = 1;

        Scan(String code, List<String> comments) {
            this.code = code;
            this.comments = comments;
        }

        JavaSource run() {
            for (int i = 0; i < code.length(); i++) {
                char c = code.charAt(i);
                switch (c) {
                    case '{' -> enter();
                    case '}' -> leave();
                    case ';' -> endOfStatement();
                    default -> append(c);
                }
            }
            return new JavaSource(types, methods, comments);
        }

        private void append(char c) {
            if (c == '\n') {
                line++;
            }
            brackets += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (header.isEmpty()) {
                if (Character.isWhitespace(c)) {
                    return;
                }
                headerLine = line;
            }
            header.append(c);
        }

        private void endOfStatement() {
            if (brackets > 0) {
                header.append(' ');
                return;
            }
            String declared = header.toString();
            if (inType() && declared.contains("(") && !assigns(declared)) {
                methods.add(method(declared));
            }
            header.setLength(0);
        }

        private void enter() {
            String declared = header.toString();
            Matcher type = TYPE.matcher(declared);
            Block block = Block.OTHER;
            Method method = NONE;
            if (brackets == 0 && (open.isEmpty() || inType() || open.peek().block() == Block.METHOD) && type.find()) {
                block = Block.TYPE;
                types.add(new Type(type.group(1), open.isEmpty(), declared.matches("(?s)(.*\\s)?public\\s.*")));
            } else if (brackets == 0 && inType() && !assigns(declared) && !declared.contains("->")) {
                block = Block.METHOD;
                method = method(declared);
            }
            // A block inside brackets (an annotation's list, a lambda) belongs to the header around it.
            boolean inside = brackets > 0 || (block == Block.OTHER && inType());
            open.push(new Open(block, method, headerLine, brackets, inside ? header.length() : 0));
            brackets = 0;
            if (!inside) {
                header.setLength(0);
            }
        }

        private void leave() {
            if (open.isEmpty()) {
                return;
            }
            Open closed = open.pop();
            if (closed.block() == Block.METHOD) {
                Method m = closed.method();
                methods.add(new Method(m.name(), line - closed.firstLine() + 1, m.parameters(), m.overrides()));
            }
            header.setLength(closed.headerLength());
            brackets = closed.brackets();
            headerLine = closed.firstLine();
        }

        private boolean inType() {
            return !open.isEmpty() && open.peek().block() == Block.TYPE;
        }

        /** Whether an assignment stands outside all brackets: a field, not a method. */
        private static boolean assigns(String declared) {
            int depth = 0;
            for (int i = 0; i < declared.length(); i++) {
                char c = declared.charAt(i);
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                if (c == '=' && depth == 0) {
                    return true;
                }
            }
            return false;
        }

        /** The method that a header declares; its parameters stand in the last pair of outermost brackets. */
        private static Method method(String declared) {
            int from = -1;
            int to = -1;
            int depth = 0;
            for (int i = 0; i < declared.length(); i++) {
                char c = declared.charAt(i);
                if (c == '(' && depth++ == 0) {
                    from = i;
                } else if (c == ')' && --depth == 0) {
                    to = i;
                }
            }
            boolean overrides = declared.contains("@Override");
            Matcher name = NAME.matcher(from < 0 ? declared : declared.substring(0, from));
            int parameters = from < 0 || to < from ? 0 : count(declared.substring(from + 1, to));
            return new Method(name.find() ? name.group(1) : "", 1, parameters, overrides);
        }

        private static int count(String parameters) {
            if (parameters.isBlank()) {
                return 0;
            }
            int depth = 0;
            int count = 1;
            for (int i = 0; i < parameters.length(); i++) {
                switch (parameters.charAt(i)) {
                    case '(', '<', '[' -> depth++;
                    case ')', '>', ']' -> depth--;
                    case ',' -> count += depth == 0 ? 1 : 0;
                    default -> {}
                }
            }
            return count;
        }
    }
}
