package io.penstock.app;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much memory this machine has, or the container that the process is in. */
final class MachineMemory {
    private static final Pattern TOTAL = Pattern.compile("MemTotal: *([0-9]+) kB");
    /** The limit of the process's own control group, as a container sees it: version 2, then 1. */
    private static final List<Path> LIMITS =
            List.of(Path.of("/sys/fs/cgroup/memory.max"), Path.of("/sys/fs/cgroup/memory/memory.limit_in_bytes"));

    private MachineMemory() {}

    static long bytes() {
        OptionalLong total = OptionalLong.empty();
        try {
            total = total(Files.readString(Path.of("/proc/meminfo")));
        } catch (IOException _) {
            // Not Linux: the JVM is asked below, which on Linux would cost a start 30 ms.
        }
        if (total.isEmpty()) {
            return ManagementFactory.getOperatingSystemMXBean()
                            instanceof com.sun.management.OperatingSystemMXBean system
                    ? system.getTotalMemorySize()
                    : Runtime.getRuntime().maxMemory();
        }
        long bytes = total.getAsLong();
        for (Path limit : LIMITS) {
            try {
                bytes = Math.min(bytes, limit(Files.readString(limit)));
            } catch (IOException _) {
                // No such control group: no limit of its kind.
            }
        }
        return bytes;
    }

    /** Bytes of the machine, from {@code /proc/meminfo}. */
    static OptionalLong total(String meminfo) {
        Matcher found = TOTAL.matcher(meminfo);
        return found.find() ? OptionalLong.of(Long.parseLong(found.group(1)) * 1024) : OptionalLong.empty();
    }

    /** Bytes of a control group; as many as can be where it has no limit. */
    static long limit(String text) {
        String number = text.strip();
        return number.matches("[0-9]{1,18}") ? Long.parseLong(number) : Long.MAX_VALUE;
    }
}
