package io.penstock.serving.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Tells addresses that anyone on the internet could mean from those that lead into a private network. */
final class AddressRules {
    private AddressRules() {}

    /**
     * Whether the address is public: not of this machine, of a private network, of one link, of a group, reserved, or
     * where clouds keep their metadata and the keys in it.
     */
    static boolean isPublic(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address ? isPublic4(bytes) : isPublic6(bytes);
    }

    private static boolean isPublic4(byte[] bytes) {
        int first = bytes[0] & 0xFF;
        int second = bytes[1] & 0xFF;
        int third = bytes[2] & 0xFF;
        boolean reserved = first == 0 || first >= 240;
        boolean shared = first == 100 && (second & 0xC0) == 64; // RFC 6598; Alibaba's metadata lie here too
        boolean protocols = first == 192 && second == 0 && third == 0; // RFC 6890; Oracle's older metadata
        boolean benchmarks = first == 198 && (second & 0xFE) == 18;
        boolean azure = first == 168 && second == 63 && third == 129 && (bytes[3] & 0xFF) == 16;
        return !(reserved || shared || protocols || benchmarks || azure);
    }

    private static boolean isPublic6(byte[] bytes) {
        int first = bytes[0] & 0xFF;
        int second = bytes[1] & 0xFF;
        if ((first & 0xFE) == 0xFC) {
            return false; // unique local, RFC 4193
        }
        boolean translated = first == 0 && second == 0x64 && (bytes[2] & 0xFF) == 0xFF && (bytes[3] & 0xFF) == 0x9B;
        if (translated) {
            return isPublic(embedded(bytes, 12)); // NAT64, RFC 6052
        }
        if (first == 0x20 && second == 0x02) {
            return isPublic(embedded(bytes, 2)); // 6to4, RFC 3056
        }
        return (first & 0xE0) == 0x20; // global unicast; what is left is reserved
    }

    private static InetAddress embedded(byte[] bytes, int offset) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, offset, offset + 4));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
