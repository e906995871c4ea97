package io.penstock.scene;

/**
 * How something comes to a stop line, waits and goes on, as a function of time alone.
 *
 * @param speed metres a second while nothing is in the way
 * @param pace metres a second squared, for braking and starting alike
 * @param stop where it waits: metres along its lane, 0 at the stop line
 * @param halt when it comes to rest, in seconds
 * @param start when it goes on; not before {@code halt}
 */
record Motion(double speed, double pace, double stop, double halt, double start) {
    /** Metres along the lane. */
    double at(double time) {
        if (time < halt) {
            return stop - distance(halt - time);
        }
        return time < start ? stop : stop + distance(time - start);
    }

    double speedAt(double time) {
        double moving = time < halt ? halt - time : Math.max(0, time - start);
        return Math.min(speed, pace * moving);
    }

    private double distance(double seconds) {
        double rise = speed / pace;
        return seconds < rise ? pace * seconds * seconds / 2 : speed * (seconds - rise / 2);
    }
}
