package io.penstock.vision.detect;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** Class names that models are commonly trained on, for files that carry none. */
public enum LabelSet {
    /** The 80 classes of COCO detection, in the order that detectors use. */
    COCO("""
            person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,\
            parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,\
            tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,\
            tennis racket,bottle,wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,\
            hot dog,pizza,donut,cake,chair,couch,potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,\
            cell phone,microwave,oven,toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,hair drier,\
            toothbrush"""),
    /** COCO's category numbers as published, 0 to 90, of which eleven are no class: they go by their number. */
    COCO_IDS("""
            background,person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,\
            fire hydrant,12,stop sign,parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,\
            giraffe,26,backpack,umbrella,29,30,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,\
            baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,45,wine glass,cup,fork,\
            knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,\
            couch,potted plant,bed,66,dining table,68,69,toilet,71,tv,laptop,mouse,remote,keyboard,\
            cell phone,microwave,oven,toaster,sink,refrigerator,83,book,clock,vase,scissors,teddy bear,\
            hair drier,toothbrush"""),
    /** The 20 classes of Pascal VOC, in alphabetical order. */
    VOC("""
            aeroplane,bicycle,bird,boat,bottle,bus,car,cat,chair,cow,diningtable,dog,horse,motorbike,person,\
            pottedplant,sheep,sofa,train,tvmonitor"""),
    /** The 1000 classes of ImageNet's challenge of 2012, in the order of WordNet's numbers. */
    IMAGENET("");

    static final String BACKGROUND = "background";

    private final String labels;

    LabelSet(String labels) {
        this.labels = labels;
    }

    /** Names by class number. */
    public List<String> labels() {
        return this == IMAGENET ? imageNet() : List.of(labels.split(",", -1));
    }

    private static List<String> imageNet() {
        try (InputStream in = Objects.requireNonNull(LabelSet.class.getResourceAsStream("imagenet.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As documents say it: {@code cocoIds}. */
    public String id() {
        return this == COCO_IDS ? "cocoIds" : name().toLowerCase(Locale.ROOT);
    }

    /** The set of this name, as {@link #id} has it. */
    public static Optional<LabelSet> find(String id) {
        return Arrays.stream(values()).filter(set -> set.id().equals(id)).findFirst();
    }

    /** The set with so many classes. */
    static Optional<LabelSet> ofSize(long classes) {
        return switch (Math.clamp(classes, 0, Integer.MAX_VALUE)) {
            case 80 -> Optional.of(COCO);
            case 91 -> Optional.of(COCO_IDS);
            case 20 -> Optional.of(VOC);
            case 1000 -> Optional.of(IMAGENET);
            default -> Optional.empty();
        };
    }
}
