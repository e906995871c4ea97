package io.penstock.pipeline;

import io.penstock.pipeline.frame.ColourShare;
import io.penstock.pipeline.frame.Tally;
import io.penstock.pipeline.frame.Track;
import java.util.List;
import java.util.Locale;

/** The members of a result that speak of objects over time, and of their colours; absent ones are left out. */
final class TrackJson {
    private TrackJson() {}

    /** {@code ,"trackId":7,"moving":true,…}. */
    static void track(StringBuilder out, Track track) {
        out.append(",\"trackId\":").append(track.id());
        out.append(",\"moving\":").append(track.moving());
        ResultJson.seconds(out.append(",\"ageSeconds\":"), track.age());
        String separator = ",\"trajectory\":[";
        for (Track.Position position : track.trajectory()) {
            ResultJson.decimal(out.append(separator).append('['), Math.round(position.x() * 10), 1);
            ResultJson.decimal(out.append(','), Math.round(position.y() * 10), 1);
            out.append(']');
            separator = ",";
        }
        out.append(track.trajectory().isEmpty() ? "" : "]");
        separator = ",\"zones\":[";
        for (Track.Stay stay : track.stays()) {
            ResultJson.string(out.append(separator).append("{\"name\":"), stay.zone());
            ResultJson.seconds(out.append(",\"seconds\":"), stay.lasting());
            out.append('}');
            separator = ",";
        }
        out.append(track.stays().isEmpty() ? "" : "]");
        separator = ",\"crossings\":[";
        for (Track.Crossing crossing : track.crossings()) {
            ResultJson.string(out.append(separator).append("{\"line\":"), crossing.line());
            String direction = crossing.direction().name().toLowerCase(Locale.ROOT);
            out.append(",\"direction\":\"").append(direction).append("\"}");
            separator = ",";
        }
        out.append(track.crossings().isEmpty() ? "" : "]");
    }

    static void colours(StringBuilder out, List<ColourShare> colours) {
        String separator = ",\"colours\":[";
        for (ColourShare colour : colours) {
            ResultJson.string(out.append(separator).append("{\"name\":"), colour.name());
            ResultJson.decimal(out.append(",\"share\":"), Math.round(colour.share() * 1e2), 2);
            out.append('}');
            separator = ",";
        }
        out.append(colours.isEmpty() ? "" : "]");
    }

    /** The lines and the areas of a result, each in a list of its own. */
    static void tallies(StringBuilder out, List<Tally> tallies) {
        StringBuilder lines = new StringBuilder();
        StringBuilder zones = new StringBuilder();
        for (Tally tally : tallies) {
            switch (tally) {
                case Tally.Line line -> {
                    name(lines, line.name());
                    lines.append(",\"forward\":").append(line.forward());
                    lines.append(",\"backward\":").append(line.backward()).append('}');
                }
                case Tally.Zone zone -> {
                    name(zones, zone.name());
                    zones.append(",\"present\":").append(zone.present());
                    zones.append(",\"entered\":").append(zone.entered());
                    zones.append(",\"left\":").append(zone.left());
                    ResultJson.seconds(zones.append(",\"staySeconds\":"), zone.stayed());
                    zones.append('}');
                }
            }
        }
        out.append(lines.isEmpty() ? "" : ",\"lines\":[" + lines + "]");
        out.append(zones.isEmpty() ? "" : ",\"zones\":[" + zones + "]");
    }

    private static void name(StringBuilder out, String name) {
        ResultJson.string(out.append(out.isEmpty() ? "{\"name\":" : ",{\"name\":"), name);
    }
}
