package io.penstock.app;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntSupplier;

/**
 * What standard error is: a terminal with a width, or something that only keeps lines.
 *
 * @param columns how wide it is now; asked again for each line, since people resize windows
 * @param isColoured whether colours are wanted there
 */
record Terminal(boolean isInteractive, IntSupplier columns, boolean isColoured) {
    private static final int USUAL_COLUMNS = 80;

    /** A file, a pipe, or a log. */
    static Terminal none() {
        return new Terminal(false, () -> USUAL_COLUMNS, false);
    }

    /** Colours are left out where {@code NO_COLOR} is set to anything or the terminal is {@code dumb}. */
    static Terminal ofStandardError(Map<String, String> environment) {
        if (!isTerminal()) {
            return none();
        }
        boolean coloured = environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
        return new Terminal(true, () -> columns(environment), coloured);
    }

    /** {@code COLUMNS} where it is a number, else what the kernel says, else 80. */
    static int columns(Map<String, String> environment) {
        String named = environment.getOrDefault("COLUMNS", "");
        if (named.matches("[1-9][0-9]{0,3}")) {
            return Integer.parseInt(named);
        }
        return findWindowColumns().orElse(USUAL_COLUMNS);
    }

    /** Java only tells whether standard input and output are terminals. Linux tells what the error goes to, in a file. */
    @SuppressWarnings("restricted") // a system call; the program is started with native access
    private static boolean isTerminal() {
        Path error = Path.of("/proc/self/fd/2");
        try {
            String target = Files.readSymbolicLink(error).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            Linker linker = Linker.nativeLinker();
            try {
                return (int) linker.downcallHandle(
                                        linker.defaultLookup().findOrThrow("isatty"),
                                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                                .invokeExact(2)
                        == 1;
            } catch (Throwable unknown) { // what invokeExact declares; without a bar the work goes on all the same
                return false;
            }
        }
    }

    /** Asks with {@code ioctl(2, TIOCGWINSZ)}: shells do not export {@code COLUMNS} to the programs they start. */
    @SuppressWarnings("restricted") // a system call; the program is started with native access
    private static OptionalInt findWindowColumns() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        long request = system.contains("linux") ? 0x5413 : 0x40087468;
        Linker linker = Linker.nativeLinker();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(ValueLayout.JAVA_SHORT, 4);
            int failed = (int) linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("ioctl"),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.ADDRESS),
                            Linker.Option.firstVariadicArg(2))
                    .invokeExact(2, request, size);
            int columns = size.getAtIndex(ValueLayout.JAVA_SHORT, 1) & 0xFFFF;
            return failed == 0 && columns > 0 ? OptionalInt.of(columns) : OptionalInt.empty();
        } catch (Throwable e) { // what invokeExact declares; a width is never worth a failure
            return OptionalInt.empty();
        }
    }
}
