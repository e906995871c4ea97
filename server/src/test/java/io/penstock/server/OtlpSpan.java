package io.penstock.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A span as it is on the wire, read by the field numbers of {@code opentelemetry/proto/trace/v1/trace.proto}, so that
 * what is checked is what any collector gets.
 *
 * @param parent in hexadecimal; empty where there is none
 * @param start in nanoseconds since 1970
 * @param end in nanoseconds since 1970
 * @param links ids of the spans that it is linked to
 */
record OtlpSpan(
        String trace,
        String id,
        String parent,
        String state,
        String name,
        long start,
        long end,
        Map<String, String> attributes,
        boolean failed,
        List<String> links) {
    /** @param request an ExportTraceServiceRequest */
    static List<OtlpSpan> read(byte[] request) throws InvalidProtocolBufferException {
        List<OtlpSpan> spans = new ArrayList<>();
        for (UnknownFieldSet resource : within(UnknownFieldSet.parseFrom(request), 1)) {
            for (UnknownFieldSet scope : within(resource, 2)) {
                for (UnknownFieldSet span : within(scope, 2)) {
                    spans.add(of(span));
                }
            }
        }
        return spans;
    }

    private static OtlpSpan of(UnknownFieldSet span) throws InvalidProtocolBufferException {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (UnknownFieldSet pair : within(span, 9)) {
            UnknownFieldSet value = within(pair, 2).getFirst();
            attributes.put(
                    text(pair, 1),
                    value.hasField(1)
                            ? text(value, 1)
                            : value.getField(3).getVarintList().getFirst().toString());
        }
        boolean failed = false;
        for (UnknownFieldSet status : within(span, 15)) {
            failed |= status.getField(3).getVarintList().contains(2L);
        }
        return new OtlpSpan(
                hex(span, 1),
                hex(span, 2),
                hex(span, 4),
                text(span, 3),
                text(span, 5),
                span.getField(7).getFixed64List().getFirst(),
                span.getField(8).getFixed64List().getFirst(),
                attributes,
                failed,
                within(span, 13).stream().map(link -> hex(link, 2)).toList());
    }

    private static List<UnknownFieldSet> within(UnknownFieldSet message, int field)
            throws InvalidProtocolBufferException {
        List<UnknownFieldSet> parts = new ArrayList<>();
        for (ByteString part : message.getField(field).getLengthDelimitedList()) {
            parts.add(UnknownFieldSet.parseFrom(part));
        }
        return parts;
    }

    private static String hex(UnknownFieldSet message, int field) {
        return HexFormat.of().formatHex(bytes(message, field));
    }

    private static String text(UnknownFieldSet message, int field) {
        return new String(bytes(message, field), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(UnknownFieldSet message, int field) {
        List<ByteString> values = message.getField(field).getLengthDelimitedList();
        return values.isEmpty() ? new byte[0] : values.getFirst().toByteArray();
    }
}
