package io.penstock.scene;

import io.penstock.scene.SignalPost.Head;
import io.penstock.scene.Street.Aspect;
import java.util.ArrayList;
import java.util.List;

/** Who and what is on the street at a moment: a function of the seed and the time. */
final class Traffic {
    private static final int CAR = 0;
    private static final int TRUCK = 1;
    private static final int BUS = 2;
    private static final long FURNITURE = 1000;

    private final Dice dice;
    private final List<Actor> still = new ArrayList<>();
    /** When the lights of the main road go green, in seconds of the scene. */
    private final double green;

    Traffic(Dice dice) {
        this.dice = dice;
        this.green = dice.between(0, 0, Street.CYCLE);
        parkCars();
        plantTrees();
        raiseLamps();
        placePeople();
    }

    /** Who and what never changes. */
    List<Actor> still() {
        return List.copyOf(still);
    }

    /**
     * Who and what moves or changes.
     *
     * @param time seconds since the first frame
     */
    List<Actor> at(double time) {
        List<Actor> actors = new ArrayList<>(signals(time));
        for (Lane lane : Lane.ALL) {
            double first = time - green - (lane.mainRoad() ? 0 : Street.CYCLE / 2);
            double speed = lane.speed(dice);
            double leave = lane.after() / speed + speed / lane.pace() + 8;
            double come = lane.before() / speed + speed / lane.pace() + 12;
            int from = (int) Math.floor((first - leave) / Street.CYCLE);
            int to = (int) Math.ceil((first + come) / Street.CYCLE);
            for (int group = from; group <= to; group++) {
                group(lane, group, first - group * Street.CYCLE, actors);
            }
        }
        return actors;
    }

    /** Adds those of one lane that go with one green, {@code time} seconds after it came. */
    private void group(Lane lane, int number, double time, List<Actor> actors) {
        Dice luck = dice.child(100L + lane.number()).child(number);
        int members = switch (lane.use()) {
            case VEHICLES -> 3 + luck.below(0, lane.mainRoad() ? 3 : 2);
            case BICYCLES -> 1 + luck.below(0, 2);
            case WALKERS -> 2 + luck.below(0, 3);
        };
        double speed = lane.speed(dice);
        double queue = 0;
        double halt = -luck.between(1, 3, 8.5);
        for (int i = 0; i < members; i++) {
            Dice looks = luck.child(i);
            int kind = vehicleKind(looks);
            double length = length(lane, kind);
            double gap = lane.use() == Lane.Use.WALKERS ? 0.7 * looks.unit(40) : looks.between(40, 1.6, 2.6);
            double start = 0.5 + i * (lane.use() == Lane.Use.VEHICLES ? 1.05 : 0.5);
            double own = lane.use() == Lane.Use.WALKERS ? speed * looks.between(41, 0.92, 1.08) : speed;
            Motion motion = new Motion(own, lane.pace(), queue - length / 2, Math.min(halt, start), start);
            double along = motion.at(time);
            if (along > -lane.before() && along < lane.after()) {
                Pose pose = lane.pose(along, aside(lane, looks), motion.speedAt(time));
                actors.add(actor(lane, kind, looks, pose, identity(lane.number(), number, i)));
            }
            queue -= length + gap;
            halt += looks.between(42, 0.9, 2.2) + (length + gap) / speed * 0.3;
        }
    }

    private static int vehicleKind(Dice looks) {
        double draw = looks.unit(50);
        return draw < 0.48 ? CAR : draw < 0.74 ? TRUCK : BUS;
    }

    private static double length(Lane lane, int kind) {
        return switch (lane.use()) {
            case VEHICLES -> kind == CAR ? Car.LENGTH : kind == TRUCK ? Truck.LENGTH : Bus.LENGTH;
            case BICYCLES -> 1.8;
            case WALKERS -> 0.5;
        };
    }

    private static double aside(Lane lane, Dice looks) {
        return switch (lane.use()) {
            case VEHICLES -> looks.between(43, -0.12, 0.12);
            case BICYCLES -> looks.between(43, -0.15, 0.15);
            case WALKERS -> looks.between(43, -0.42, 0.42);
        };
    }

    private static Actor actor(Lane lane, int kind, Dice looks, Pose pose, long identity) {
        return switch (lane.use()) {
            case VEHICLES -> vehicle(kind, looks, pose, identity);
            case BICYCLES -> new Cyclist(looks, pose, identity, false);
            case WALKERS -> new Walker(looks, pose, identity);
        };
    }

    private static Actor vehicle(int kind, Dice looks, Pose pose, long identity) {
        return switch (kind) {
            case CAR -> new Car(looks, pose, identity, false);
            case TRUCK -> new Truck(looks, pose, identity, false);
            default -> new Bus(looks, pose, identity);
        };
    }

    /** Even: a rider has the next, odd, number. */
    private static long identity(long lane, int group, int member) {
        return lane << 32 | (group & 0xFFFFFFL) << 8 | member * 2L;
    }

    private List<Actor> signals(double time) {
        Aspect main = Street.aspect(time - green, true);
        Aspect cross = Street.aspect(time - green, false);
        long first = identity(FURNITURE, 0, 0);
        double toSouth = -Math.PI / 2;
        return List.of(
                new SignalPost(
                        6.1,
                        13.3,
                        -4.4,
                        List.of(
                                new Head(first, toSouth, 0, 2.6, main),
                                new Head(first + 2, toSouth, -4.2, 5.15, main))),
                new SignalPost(
                        -6.1,
                        13.3,
                        0,
                        List.of(
                                new Head(first + 4, Math.PI, -0.75, 2.7, cross),
                                new Head(first + 6, toSouth, 0.1, 2.7, main))),
                new SignalPost(
                        6.1,
                        24.9,
                        0,
                        List.of(new Head(first + 8, 0, 0.75, 2.7, cross), new Head(first + 10, toSouth, 0, 2.7, main))),
                new SignalPost(
                        -6.1,
                        24.9,
                        4.4,
                        List.of(
                                new Head(first + 12, Math.PI / 2, 4.2, 5.15, main),
                                new Head(first + 14, toSouth, 0, 2.6, main))));
    }

    private void parkCars() {
        for (int side = -1; side <= 1; side += 2) {
            for (int slot = 0; slot < 9; slot++) {
                Dice looks = dice.child(200L + side).child(slot);
                if (looks.chance(60, 0.55)) {
                    Pose pose = Pose.standing(side * 6.25, 39.5 + 8 * slot, side * Math.PI / 2);
                    long identity = identity(FURNITURE + 1 + side, 1, slot);
                    still.add(
                            looks.chance(61, 0.8)
                                    ? new Car(looks, pose, identity, true)
                                    : new Truck(looks, pose, identity, true));
                }
            }
        }
    }

    private void plantTrees() {
        for (int side = -1; side <= 1; side += 2) {
            for (int i = 0; i < 8; i++) {
                Dice looks = dice.child(300L + side).child(i);
                if (looks.chance(60, 0.6)) {
                    still.add(new Tree(looks, side * 11, 31 + 10 * i + looks.between(61, -2, 2)));
                }
            }
        }
    }

    private void raiseLamps() {
        for (int i = 0; i < 5; i++) {
            still.add(new Lamppost(-7.8, 33 + 22 * i, 1));
            still.add(new Lamppost(7.8, 44 + 22 * i, -1));
        }
    }

    /** People who wait and talk, and bicycles left at the kerb. */
    private void placePeople() {
        for (int i = 0; i < 5; i++) {
            Dice looks = dice.child(400).child(i);
            double side = looks.chance(60, 0.5) ? -1 : 1;
            double x = side * looks.between(61, 6.2, 8.6);
            double y = looks.chance(62, 0.6) ? looks.between(63, 9.6, 13) : looks.between(63, 25.2, 28.5);
            Pose pose = Pose.standing(x, y, looks.between(64, -Math.PI, Math.PI));
            still.add(new Walker(looks, pose, identity(FURNITURE + 10, 0, i)));
        }
        for (int i = 0; i < 4; i++) {
            Dice looks = dice.child(500).child(i);
            double side = looks.chance(60, 0.5) ? -1 : 1;
            double y = looks.chance(62, 0.5) ? looks.between(63, 11, 13.2) : looks.between(63, 25, 28);
            Pose pose = Pose.standing(side * looks.between(61, 6.6, 10.5), y, looks.between(64, -0.5, 0.5));
            still.add(new Cyclist(looks, pose, identity(FURNITURE + 11, 0, i), true));
        }
    }
}
