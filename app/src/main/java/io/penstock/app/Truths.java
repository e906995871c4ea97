package io.penstock.app;

import io.penstock.pipeline.frame.Picture;
import io.penstock.vision.evaluation.Truth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Pictures whose objects are known. */
interface Truths {
    /** In the order in which they are scored. */
    List<Path> pictures();

    /**
     * The objects of a picture.
     *
     * @param index of the picture in {@link #pictures()}
     * @throws CommandException if its labels cannot be read
     */
    List<Truth> of(int index, Picture picture) throws IOException;

    /** The picture's number in COCO's files. */
    long imageId(int index);

    /** The label's number in COCO's files, if it has one there. */
    OptionalLong categoryId(String label);

    /**
     * @param images a folder of pictures
     * @param labels a folder of YOLO text labels, or a file of COCO annotations
     * @param names the model's classes, by their numbers
     * @throws CommandException if there are no pictures, or the annotations are none or of other classes
     */
    static Truths read(Path images, Path labels, List<String> names) throws IOException {
        if (!Files.isDirectory(images)) {
            throw new CommandException(ExitCode.FAILED, "--images: there is no folder " + images);
        }
        if (!Files.exists(labels)) {
            throw new CommandException(ExitCode.FAILED, "--labels: there is nothing at " + labels);
        }
        Truths truths = Files.isDirectory(labels)
                ? new YoloTruths(images, labels, names)
                : CocoTruths.read(images, labels, names);
        if (truths.pictures().isEmpty()) {
            throw new CommandException(ExitCode.FAILED, "there are no pictures in " + images);
        }
        return truths;
    }
}
