package io.penstock.scene;

import java.util.List;

/**
 * A way along which traffic of one kind comes in groups: each group gathers at the stop line and goes on green.
 *
 * @param number tells lanes apart
 * @param x of the stop line
 * @param y of the stop line
 * @param heading the way it runs, radians from east
 * @param mainRoad whether it goes when the main road has green
 * @param before metres of it before the stop line that matter
 * @param after metres of it behind the stop line that matter
 */
record Lane(int number, double x, double y, double heading, boolean mainRoad, double before, double after) {
    /** Who uses it, by its number: see {@link #ALL}. */
    enum Use {
        VEHICLES,
        BICYCLES,
        WALKERS
    }

    private static final double NORTH = Math.PI / 2;
    private static final double SOUTH = -Math.PI / 2;
    private static final double EAST = 0;
    private static final double WEST = Math.PI;

    static final List<Lane> ALL = List.of(
            new Lane(0, 1.8, 9, NORTH, true, 20, 150),
            new Lane(1, -1.8, 29.6, SOUTH, true, 150, 40),
            new Lane(2, -11, 17.2, EAST, false, 30, 60),
            new Lane(3, 11, 20.8, WEST, false, 30, 60),
            new Lane(4, 4.35, 9, NORTH, true, 10, 90),
            new Lane(5, -4.35, 29.6, SOUTH, true, 80, 30),
            new Lane(6, -11, 14.9, EAST, false, 12, 45),
            new Lane(7, 11, 23.1, WEST, false, 15, 45),
            new Lane(8, -5.8, 11.2, EAST, false, 14, 26),
            new Lane(9, 5.8, 12.3, WEST, false, 14, 26),
            new Lane(10, -5.8, 26.2, EAST, false, 30, 40),
            new Lane(11, 5.8, 27.3, WEST, false, 30, 40),
            new Lane(12, -9.3, 13.4, NORTH, true, 8, 42),
            new Lane(13, -8.4, 24.6, SOUTH, true, 36, 20),
            new Lane(14, 8.4, 13.4, NORTH, true, 8, 42),
            new Lane(15, 9.3, 24.6, SOUTH, true, 36, 20));

    Use use() {
        return number < 4 ? Use.VEHICLES : number < 8 ? Use.BICYCLES : Use.WALKERS;
    }

    double speed(Dice dice) {
        return switch (use()) {
            case VEHICLES -> dice.child(number).between(0, 8.5, 11);
            case BICYCLES -> dice.child(number).between(0, 4.2, 5.4);
            case WALKERS -> dice.child(number).between(0, 1.25, 1.5);
        };
    }

    double pace() {
        return switch (use()) {
            case VEHICLES -> 2.3;
            case BICYCLES -> 1.4;
            case WALKERS -> 2;
        };
    }

    /**
     * @param along metres past the stop line
     * @param aside metres to the left
     */
    Pose pose(double along, double aside, double speed) {
        double cos = Math.cos(heading);
        double sin = Math.sin(heading);
        return new Pose(x + along * cos - aside * sin, y + along * sin + aside * cos, heading, along, speed);
    }
}
