package io.penstock.app.house;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The scanner must see what it judges: a gate over nothing would always pass. */
class JavaSourceTest {

    @Test
    void seesTypesAndWhoMayUseThem() {
        JavaSource source = JavaSource.of("""
                package a;

                import b.Class;

                @Named("class Wrong {")
                public final class Outer<T extends Comparable<T>> implements Runnable {
                    record Point(int x, int y) {}
                    private enum Colour { RED, GREEN }
                    private final Object record = new Object();
                }

                interface Beside {}
                """);

        assertThat(source.types())
                .containsExactly(
                        new JavaSource.Type("Outer", true, true),
                        new JavaSource.Type("Point", false, false),
                        new JavaSource.Type("Colour", false, false),
                        new JavaSource.Type("Beside", true, false));
    }

    @Test
    void measuresMethodsFromTheirFirstModifierToTheirLastBrace() {
        JavaSource source = JavaSource.of("""
                class A {
                    private final int[] sizes = {1, 2};
                    private final Runnable run = () -> {
                        work(1, 2);
                    };

                    A(int x) {}

                    @Override
                    @SuppressWarnings({"unchecked", "raw"})
                    public <K, V> Map<K, V> both(
                            @Named("a, b") Map<K, List<V>> first, int... rest) throws IOException {
                        for (int i = 0; i < 3; i++) {
                            String s = "} // no end";
                            char c = '}';
                        }
                        return Map.of();
                    }

                    abstract void open(int a, int b, int c);
                }
                """);

        assertThat(source.methods())
                .containsExactly(
                        new JavaSource.Method("A", 1, 1, false),
                        new JavaSource.Method("both", 10, 2, true),
                        new JavaSource.Method("open", 1, 3, false));
    }

    @Test
    void measuresACompactConstructorAndWhatIsInsideAnAnonymousClass() {
        JavaSource source = JavaSource.of("""
                record R(int a) {
                    R {
                        check(a);
                    }

                    Runnable later() {
                        return new Runnable() {
                            @Override
                            public void run() {}
                        };
                    }
                }
                """);

        assertThat(source.methods())
                .containsExactly(new JavaSource.Method("R", 3, 0, false), new JavaSource.Method("later", 6, 0, false));
    }

    @Test
    void keepsComments() {
        assertThat(JavaSource.of("/** One. */ class A { String s = \"// none\"; } // two\n")
                        .comments())
                .containsExactly("/** One. */", "// two");
    }
}
