package io.penstock.vision;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
            toothbrush""");

    private final String labels;

    LabelSet(String labels) {
        this.labels = labels;
    }

    /** Names by class number. */
    public List<String> labels() {
        return List.of(labels.split(",", -1));
    }

    /** The set of this name, in any case: {@code coco}. */
    public static Optional<LabelSet> find(String name) {
        return Arrays.stream(values())
                .filter(set -> set.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst();
    }
}
