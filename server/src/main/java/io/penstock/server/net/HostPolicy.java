package io.penstock.server.net;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which names a server answers to. A page elsewhere can make a browser resolve its own name to a loopback address and
 * talk to us (DNS rebinding); the {@code Host} it sends then is not one of ours.
 *
 * @param any whether every name is taken, as behind an ingress
 * @param names taken beside localhost and the loopback addresses, in lower case, without a port
 */
public record HostPolicy(boolean any, Set<String> names) {
    public HostPolicy {
        names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    public static HostPolicy open() {
        return new HostPolicy(true, Set.of());
    }

    /** Loopback, and these names. */
    public static HostPolicy loopbackAnd(Set<String> names) {
        return new HostPolicy(false, names);
    }

    /** @param authority a host, with or without a port */
    public boolean allows(String authority) {
        if (any) {
            return true;
        }
        String host = host(authority).toLowerCase(Locale.ROOT);
        return host.equals("localhost")
                || host.equals("[::1]")
                || isLoopbackV4(host)
                || host.endsWith(".localhost")
                || names.contains(host);
    }

    private static String host(String authority) {
        int colon = authority.lastIndexOf(':');
        if (colon < 0 || authority.endsWith("]")) {
            return authority;
        }
        boolean isPort = authority.substring(colon + 1).chars().allMatch(c -> c >= '0' && c <= '9');
        return isPort ? authority.substring(0, colon) : authority;
    }

    private static boolean isLoopbackV4(String host) {
        String[] parts = host.split("\\.", -1);
        if (parts.length != 4 || !parts[0].equals("127")) {
            return false;
        }
        for (String part : parts) {
            boolean isNumber = !part.isEmpty()
                    && part.length() <= 3
                    && part.chars().allMatch(c -> c >= '0' && c <= '9')
                    && Integer.parseInt(part) <= 255;
            if (!isNumber) {
                return false;
            }
        }
        return true;
    }
}
