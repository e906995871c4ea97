package io.penstock.server.oip;

import io.penstock.protocol.oip.InferParameter;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.oip.RegionSpan;
import java.util.Map;
import java.util.Optional;

/** Reads and writes the parameters of gRPC requests, whose clients choose among the kinds of numbers. */
final class GrpcParameters {
    static final String REGION = "shared_memory_region";

    private static final String OFFSET = "shared_memory_offset";
    private static final String SIZE = "shared_memory_byte_size";

    private GrpcParameters() {}

    /** A whole number, 0 or more; 0 where there is none of this name. */
    static long whole(Map<String, InferParameter> parameters, String name) {
        InferParameter found = parameters.get(name);
        if (found == null) {
            return 0;
        }
        long value = switch (found.getParameterChoiceCase()) {
            case INT64_PARAM -> found.getInt64Param();
            case UINT64_PARAM -> found.getUint64Param();
            case BOOL_PARAM, STRING_PARAM, DOUBLE_PARAM, PARAMETERCHOICE_NOT_SET -> -1;
        };
        if (value < 0) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "parameter '" + name + "' must be a whole number, 0 or more");
        }
        return value;
    }

    /** Where in shared memory a tensor lies; empty where it travels in the message. */
    static Optional<RegionSpan> span(Map<String, InferParameter> parameters) {
        InferParameter region = parameters.get(REGION);
        if (region == null) {
            return Optional.empty();
        }
        if (!region.hasStringParam() || !parameters.containsKey(SIZE)) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "'" + REGION + "' must be a string, with '" + SIZE + "' beside it");
        }
        return Optional.of(new RegionSpan(region.getStringParam(), whole(parameters, OFFSET), whole(parameters, SIZE)));
    }

    /** @param written bytes */
    static Map<String, InferParameter> of(RegionSpan span, long written) {
        return Map.of(
                REGION,
                        InferParameter.newBuilder()
                                .setStringParam(span.region())
                                .build(),
                OFFSET, InferParameter.newBuilder().setInt64Param(span.offset()).build(),
                SIZE, InferParameter.newBuilder().setInt64Param(written).build());
    }
}
