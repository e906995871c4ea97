package io.penstock.scene;

/** Something that stands on or moves along the street, at one moment. */
sealed interface Actor permits Car, Truck, Bus, Walker, Cyclist, SignalPost, Tree, Lamppost, Still {
    Footprint footprint();

    /** Paints what falls on the ground: its shadow, and the light of its lamps. */
    void paintGround(Brush brush);

    /** Paints the thing itself, each object of it announced to {@code cast} before its first pixel. */
    void paint(Brush brush, Cast cast);
}
