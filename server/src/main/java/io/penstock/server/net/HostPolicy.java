package io.penstock.server.net;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which names a server answers to. A page elsewhere can make a browser resolve its own name to a loopback address and
 * talk to us (DNS rebinding); the {@code Host} it sends then is not one of ours.
 *
 * @param any whether every name is taken, as behind an ingress
 * @param names taken beside localhost and the loopback addresses, in lower case, without a port
 * @param domains under which each pipeline has a host of its own, {@code NAME.NAMESPACE.DOMAIN}, in lower case
 */
public record HostPolicy(boolean any, Set<String> names, List<String> domains) {
    private static final List<String> PARTS = List.of("-predictor", "-transformer");

    public HostPolicy {
        domains =
                domains.stream().map(domain -> domain.toLowerCase(Locale.ROOT)).toList();
        names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    public static HostPolicy open() {
        return new HostPolicy(true, Set.of(), List.of());
    }

    /** Loopback, and these names. */
    public static HostPolicy loopbackAnd(Set<String> names) {
        return new HostPolicy(false, names, List.of());
    }

    /** These rules with other domains. */
    public HostPolicy withDomains(List<String> others) {
        return new HostPolicy(any, names, others);
    }

    /**
     * The pipeline that a host names, as KServe names its services: {@code NAME.NAMESPACE.DOMAIN},
     * {@code NAME-predictor.…} or {@code NAME-transformer.…}. Whether one of this name runs is not known here.
     *
     * @return empty for any other host; else the names it may have, the longer first, for a pipeline's own name may end in {@code -predictor}
     */
    public List<String> pipelines(String authority) {
        String host = host(authority).toLowerCase(Locale.ROOT);
        if (names.contains(host)) {
            return List.of();
        }
        for (String domain : domains) {
            if (!host.endsWith("." + domain)) {
                continue;
            }
            String[] labels =
                    host.substring(0, host.length() - domain.length() - 1).split("\\.", -1);
            if (labels.length == 2 && !labels[0].isEmpty() && !labels[1].isEmpty()) {
                return named(labels[0]);
            }
        }
        return List.of();
    }

    private static List<String> named(String label) {
        for (String part : PARTS) {
            if (label.endsWith(part) && label.length() > part.length()) {
                return List.of(label, label.substring(0, label.length() - part.length()));
            }
        }
        return List.of(label);
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
                || names.contains(host)
                || !pipelines(authority).isEmpty();
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
