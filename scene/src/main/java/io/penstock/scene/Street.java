package io.penstock.scene;

/** The plan of the crossing in metres: the main road runs north along x = 0, the cross street east along y = 19. */
final class Street {
    static final double MAIN_KERB = 5.2;
    static final double SOUTH_KERB = 14;
    static final double NORTH_KERB = 24;
    /** The main road is wider for parked cars from here on. */
    static final double PARKING_FROM = 34;

    static final double PARKING_KERB = 7.4;
    static final double BUILDING_LINE = 12.5;
    static final double FAR = 190;
    /** Seconds in which the traffic lights go round once. */
    static final double CYCLE = 24;

    static final double GREEN = 9;
    static final double YELLOW = 2;

    private Street() {}

    /** What a traffic light shows. */
    enum Aspect {
        GREEN,
        YELLOW,
        RED,
        RED_YELLOW
    }

    /** @param since seconds since the lights of the main road went green */
    static Aspect aspect(double since, boolean mainRoad) {
        double turn = since + (mainRoad ? 0 : CYCLE / 2);
        double phase = turn - CYCLE * Math.floor(turn / CYCLE);
        if (phase < GREEN) {
            return Aspect.GREEN;
        }
        if (phase < GREEN + YELLOW) {
            return Aspect.YELLOW;
        }
        return phase < CYCLE - 1 ? Aspect.RED : Aspect.RED_YELLOW;
    }
}
