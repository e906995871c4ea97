package io.penstock.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamReadException;
import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Picture;
import io.penstock.vision.evaluation.Truth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A file of COCO's instances: {@code images}, {@code annotations} and {@code categories}, whose names are the labels. It is
 * read as a stream, since outlines make such files large and are not needed. What is a crowd is a region that is ignored.
 */
final class CocoTruths implements Truths {
    private final Path file;
    private final Map<Long, String> fileNames = new TreeMap<>();
    private final Map<Long, String> categories = new HashMap<>();
    private final Map<Long, List<Annotation>> annotations = new HashMap<>();
    private List<Long> ids = List.of();
    private List<Path> pictures = List.of();

    private record Annotation(long image, long category, Box box, boolean isCrowd) {}

    private CocoTruths(Path file) {
        this.file = file;
    }

    /** @throws CommandException if it is no such file, or none of its labels is one of {@code names} */
    static CocoTruths read(Path images, Path file, List<String> names) throws IOException {
        CocoTruths truths = new CocoTruths(file);
        try (JsonParser in = new JsonFactory().createParser(Files.newInputStream(file))) {
            truths.read(in);
        } catch (StreamReadException e) {
            throw new CommandException(ExitCode.FAILED, file + ": it is not JSON: " + e.getOriginalMessage(), e);
        }
        if (truths.fileNames.isEmpty() || truths.categories.isEmpty()) {
            throw truths.refused("COCO annotations have images, annotations and categories");
        }
        if (truths.categories.values().stream().noneMatch(names::contains)) {
            throw truths.refused("none of its categories is a class of the model; it has "
                    + truths.categories.values().stream().sorted().limit(5).toList() + ", the model "
                    + names.stream().limit(5).toList());
        }
        truths.find(images);
        return truths;
    }

    private CommandException refused(String sentence) {
        return new CommandException(ExitCode.FAILED, file + ": " + sentence);
    }

    private void read(JsonParser in) throws IOException {
        if (in.nextToken() != JsonToken.START_OBJECT) {
            return;
        }
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            boolean isList = in.nextToken() == JsonToken.START_ARRAY;
            if (!isList || !List.of("images", "annotations", "categories").contains(name)) {
                in.skipChildren();
                continue;
            }
            while (in.nextToken() == JsonToken.START_OBJECT) {
                entry(name, new Entry(in));
            }
        }
    }

    private void entry(String list, Entry entry) {
        switch (list) {
            case "images" -> fileNames.put(id(entry, "id"), text(entry, "file_name"));
            case "categories" -> categories.put(id(entry, "id"), text(entry, "name"));
            default -> {
                List<Float> box = entry.box;
                if (box.size() != 4) {
                    throw refused("an annotation has no bbox of 4 numbers");
                }
                Annotation annotation = new Annotation(
                        id(entry, "image_id"),
                        id(entry, "category_id"),
                        new Box(box.get(0), box.get(1), box.get(2), box.get(3)),
                        entry.numbers.getOrDefault("iscrowd", 0L) != 0);
                annotations
                        .computeIfAbsent(annotation.image(), _ -> new ArrayList<>())
                        .add(annotation);
            }
        }
    }

    private long id(Entry entry, String name) {
        return Optional.ofNullable(entry.numbers.get(name))
                .orElseThrow(() -> refused("an entry has no whole number " + name));
    }

    private String text(Entry entry, String name) {
        return Optional.ofNullable(entry.texts.get(name)).orElseThrow(() -> refused("an entry has no text " + name));
    }

    /** What is plain in one object of a list, and its box. */
    private static final class Entry {
        final Map<String, Long> numbers = new HashMap<>();
        final Map<String, String> texts = new HashMap<>();
        private List<Float> box = List.of();

        Entry(JsonParser in) throws IOException {
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                switch (in.nextToken()) {
                    case VALUE_NUMBER_INT -> numbers.put(name, in.getLongValue());
                    case VALUE_STRING -> texts.put(name, in.getText());
                    case START_ARRAY -> list(name, in);
                    case START_OBJECT -> in.skipChildren();
                    default -> {}
                }
            }
        }

        private void list(String name, JsonParser in) throws IOException {
            if (!name.equals("bbox")) {
                in.skipChildren();
                return;
            }
            List<Float> numbersOfBox = new ArrayList<>();
            while (in.nextToken() != JsonToken.END_ARRAY && in.currentToken().isNumeric()) {
                numbersOfBox.add(in.getFloatValue());
            }
            box = numbersOfBox;
        }
    }

    private void find(Path images) {
        Path root = images.toAbsolutePath().normalize();
        ids = List.copyOf(fileNames.keySet());
        pictures = ids.stream()
                .map(id -> {
                    Path picture = root.resolve(fileNames.get(id)).normalize();
                    if (!picture.startsWith(root) || !Files.isRegularFile(picture)) {
                        throw refused("its picture " + fileNames.get(id) + " is not in " + images);
                    }
                    return picture;
                })
                .toList();
    }

    @Override
    public List<Path> pictures() {
        return pictures;
    }

    @Override
    public List<Truth> of(int index, Picture picture) {
        return annotations.getOrDefault(ids.get(index), List.of()).stream()
                .map(annotation -> {
                    String label = Optional.ofNullable(categories.get(annotation.category()))
                            .orElseThrow(() -> refused("it has no category " + annotation.category()));
                    return new Truth(label, annotation.box(), annotation.isCrowd());
                })
                .toList();
    }

    @Override
    public long imageId(int index) {
        return ids.get(index);
    }

    @Override
    public OptionalLong categoryId(String label) {
        return categories.entrySet().stream()
                .filter(entry -> entry.getValue().equals(label))
                .mapToLong(Map.Entry::getKey)
                .findFirst();
    }
}
