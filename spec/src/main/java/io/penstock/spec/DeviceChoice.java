package io.penstock.spec;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a document wants a model to run.
 *
 * @param index of the graphics processor, as CUDA counts them; 0 on the processors
 */
public record DeviceChoice(Kind kind, int index) {
    static final String PATTERN = "auto|cpu|cuda(:[0-9]{1,2})?|tensorrt(:[0-9]{1,2})?";

    public static final DeviceChoice AUTO = new DeviceChoice(Kind.AUTO, 0);
    public static final DeviceChoice CPU = new DeviceChoice(Kind.CPU, 0);

    private static final Pattern NUMBERED = Pattern.compile("(cuda|tensorrt)(?::([0-9]{1,2}))?");

    /** What is asked for. */
    public enum Kind {
        /** A graphics processor where one can be used, else the processors. */
        AUTO,
        /** The processors. */
        CPU,
        /** A graphics processor; where it cannot be used, the model is refused. */
        CUDA,
        /** The same with TensorRT, which leaves to CUDA what it cannot do. */
        TENSORRT
    }

    public DeviceChoice {
        if (index < 0 || index > 99 || (kind == Kind.CPU && index != 0)) {
            throw new IllegalArgumentException("a device's number must be from 0 to 99: " + index);
        }
    }

    /** Reads {@code auto}, {@code cpu}, {@code cuda}, {@code cuda:1}, {@code tensorrt} or {@code tensorrt:1}. */
    public static DeviceChoice parse(String text) {
        if (text.equals("auto")) {
            return AUTO;
        }
        if (text.equals("cpu")) {
            return CPU;
        }
        Matcher numbered = NUMBERED.matcher(text);
        if (!numbered.matches()) {
            throw new IllegalArgumentException("must be auto, cpu, cuda, cuda:N, tensorrt or tensorrt:N");
        }
        Kind kind = numbered.group(1).equals("cuda") ? Kind.CUDA : Kind.TENSORRT;
        return new DeviceChoice(kind, numbered.group(2) == null ? 0 : Integer.parseInt(numbered.group(2)));
    }

    /** Whose memory it takes, as {@code Server.devices} names it: {@code cpu}, {@code cuda:0}; of auto, the first it tries. */
    public String memory() {
        return kind == Kind.CPU ? "cpu" : "cuda:" + index;
    }

    /** As a document writes it, the number always said. */
    @Override
    public String toString() {
        return switch (kind) {
            case AUTO -> "auto";
            case CPU -> "cpu";
            case CUDA -> "cuda:" + index;
            case TENSORRT -> "tensorrt:" + index;
        };
    }
}
