package io.penstock.app;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Picture;
import io.penstock.vision.evaluation.Truth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** A folder of text files, one a picture, a line an object; the classes' numbers are the model's. */
final class YoloTruths implements Truths {
    private final List<Path> pictures;
    private final Path labels;
    private final List<String> names;

    YoloTruths(Path images, Path labels, List<String> names) {
        this.pictures = Inputs.picturesIn(images);
        this.labels = labels;
        this.names = names;
    }

    @Override
    public List<Path> pictures() {
        return pictures;
    }

    @Override
    public List<Truth> of(int index, Picture picture) throws IOException {
        String name = pictures.get(index).getFileName().toString().replaceAll("\\.[^.]*$", "") + ".txt";
        Path file = labels.resolve(name);
        List<Truth> truth = new ArrayList<>();
        if (!Files.exists(file)) {
            return truth; // a picture without objects has no file
        }
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            if (!line.isBlank()) {
                truth.add(truth(line.strip().split("\\s+", -1), file + ":" + number, picture));
            }
        }
        return truth;
    }

    private Truth truth(String[] fields, String place, Picture picture) {
        try {
            int classId = Integer.parseInt(fields[0]);
            float width = Float.parseFloat(fields[3]) * picture.width();
            float height = Float.parseFloat(fields[4]) * picture.height();
            float x = Float.parseFloat(fields[1]) * picture.width() - width / 2;
            float y = Float.parseFloat(fields[2]) * picture.height() - height / 2;
            return new Truth(names.get(classId), new Box(x, y, width, height));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new CommandException(
                    ExitCode.FAILED,
                    place + ": a line is class, centre x, centre y, width, height, the class below " + names.size(),
                    e);
        }
    }

    /** Counted from 1 in the order of the files' names. */
    @Override
    public long imageId(int index) {
        return index + 1L;
    }

    @Override
    public OptionalLong categoryId(String label) {
        int at = names.indexOf(label);
        return at < 0 ? OptionalLong.empty() : OptionalLong.of(at);
    }
}
