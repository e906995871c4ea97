package io.penstock.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code --input} gave. */
sealed interface BenchInput {
    /** A picture, sent as it is. */
    record Image(String mediaType, ByteBuffer bytes) implements BenchInput {}

    /** A body of the protocol, or of whatever answers at the address, sent as it is. */
    record JsonBody(ByteBuffer bytes) implements BenchInput {}

    /** Elements of the model's first input; the shape is empty where the file does not say it. */
    record TensorFile(List<Long> shape, ByteBuffer bytes) implements BenchInput {}

    /** Nothing was given: elements are made. */
    record Made() implements BenchInput {}

    /**
     * Reads a file by its name's ending: {@code .jpg .jpeg .png .webp .bmp}, {@code .json}, {@code .npy} (little-endian, in
     * C order), {@code .bin} (the tensor's bytes alone).
     *
     * @throws CommandException if it is missing or of another kind
     */
    static BenchInput read(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        String ending = name.substring(name.lastIndexOf('.') + 1);
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new CommandException(ExitCode.REFUSED, "cannot read " + file + ": " + e.getMessage(), e);
        }
        return switch (ending) {
            case "jpg", "jpeg" -> new Image("image/jpeg", bytes);
            case "png", "webp", "bmp" -> new Image("image/" + ending, bytes);
            case "json" -> new JsonBody(bytes);
            case "npy" -> npy(file, bytes);
            case "bin" -> new TensorFile(List.of(), bytes);
            default ->
                throw new CommandException(
                        ExitCode.USAGE,
                        "--input must be a picture (.jpg, .png, .webp, .bmp), .json, .npy or .bin: " + file);
        };
    }

    /** NumPy's format: magic, version, header length, a Python dictionary, the elements. */
    private static TensorFile npy(Path file, ByteBuffer bytes) {
        ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
        byte[] begin = new byte[magic.length];
        if (in.remaining() < 12) {
            throw notNpy(file, "too short");
        }
        in.get(begin);
        int major = in.get();
        in.get();
        int length = major == 1 ? in.getShort() & 0xFFFF : in.getInt();
        if (!Arrays.equals(begin, magic) || length < 0 || length > in.remaining()) {
            throw notNpy(file, "no NumPy header");
        }
        byte[] header = new byte[length];
        in.get(header);
        String text = new String(header, StandardCharsets.US_ASCII);
        Matcher shape = Pattern.compile("'shape':\\s*\\(([^)]*)\\)").matcher(text);
        if (!shape.find() || text.contains("'fortran_order': True") || text.contains("'descr': '>")) {
            throw notNpy(file, "elements must be little-endian and in C order: " + text.strip());
        }
        List<Long> sizes = new ArrayList<>();
        for (Matcher size = Pattern.compile("\\d+").matcher(shape.group(1)); size.find(); ) {
            sizes.add(Long.parseLong(size.group()));
        }
        return new TensorFile(sizes, in.slice());
    }

    private static CommandException notNpy(Path file, String why) {
        return new CommandException(ExitCode.REFUSED, file + " cannot be read as .npy: " + why);
    }
}
