package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.media.FfmpegPictureCodec;
import io.penstock.scene.SceneFrame;
import io.penstock.scene.SceneObject;
import io.penstock.scene.StreetScene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two pictures of the street, labelled both ways, through the sample's detector. */
@Timeout(120)
class EvaluateCommandTest {
    private static final List<String> LABELS = List.of("person", "bicycle", "car", "truck", "bus", "traffic light");
    private static final int[] FRAMES = {40, 160};

    @TempDir
    Path folder = Path.of("");

    @BeforeEach
    void writePictures() throws IOException {
        Files.createDirectories(folder.resolve("images"));
        Files.createDirectories(folder.resolve("labels"));
        StringBuilder images = new StringBuilder();
        StringBuilder annotations = new StringBuilder();
        FfmpegPictureCodec codec = new FfmpegPictureCodec();
        for (int i = 0; i < FRAMES.length; i++) {
            SceneFrame frame = StreetScene.of(1000).frame(FRAMES[i]);
            double width = frame.picture().width();
            double height = frame.picture().height();
            StringBuilder lines = new StringBuilder();
            for (SceneObject object : frame.truth()) {
                if (object.visibility() < 0.5
                        || Math.min(object.box().width(), object.box().height()) < 40) {
                    continue;
                }
                lines.append(String.format(
                        Locale.ROOT,
                        "%d %.6f %.6f %.6f %.6f\n",
                        LABELS.indexOf(object.label()),
                        (object.box().x() + object.box().width() / 2) / width,
                        (object.box().y() + object.box().height() / 2) / height,
                        object.box().width() / width,
                        object.box().height() / height));
                annotations.append(String.format(
                        Locale.ROOT,
                        "%s{\"image_id\":%d,\"category_id\":%d,\"bbox\":[%.3f,%.3f,%.3f,%.3f],\"segmentation\":[[1,2]],"
                                + "\"iscrowd\":0}",
                        annotations.isEmpty() ? "" : ",",
                        i + 5,
                        LABELS.indexOf(object.label()) + 10,
                        object.box().x(),
                        object.box().y(),
                        object.box().width(),
                        object.box().height()));
            }
            images.append(i == 0 ? "" : ",").append("{\"id\":" + (i + 5) + ",\"file_name\":\"" + i + ".jpg\"}");
            Files.writeString(folder.resolve("labels").resolve(i + ".txt"), lines);
            Files.write(folder.resolve("images").resolve(i + ".jpg"), codec.encodeJpeg(frame.picture(), 95));
        }
        StringBuilder categories = new StringBuilder();
        for (String label : LABELS) {
            categories
                    .append(categories.isEmpty() ? "" : ",")
                    .append("{\"id\":" + (LABELS.indexOf(label) + 10) + ",\"name\":\"" + label + "\"}");
        }
        Files.writeString(
                folder.resolve("coco.json"),
                "{\"info\":{},\"images\":[" + images + "],\"annotations\":[" + annotations + "],\"categories\":["
                        + categories + "]}");
    }

    private CommandLineRun evaluate(String labels, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "evaluate",
                Checkout.detector().toString(),
                "--images",
                folder.resolve("images").toString(),
                "--labels",
                folder.resolve(labels).toString()));
        arguments.addAll(List.of(more));
        return CommandLineRun.of(arguments.toArray(String[]::new));
    }

    @Test
    void yoloAndCocoLabelsOfTheSameObjectsScoreTheSame() throws IOException {
        CommandLineRun yolo = evaluate("labels", "-o", "json");
        CommandLineRun coco = evaluate(
                "coco.json",
                "-o",
                "json",
                "--detections",
                folder.resolve("found.json").toString());
        assertThat(yolo.exitCode()).as(yolo.err()).isZero();
        assertThat(coco.exitCode()).as(coco.err()).isZero();
        Map<?, ?> one = (Map<?, ?>) TreeText.parse(yolo.out());
        Map<?, ?> other = (Map<?, ?>) TreeText.parse(coco.out());
        assertThat(one.get("images")).hasToString("2");
        assertThat(TreeNumbers.of(one, "mAP50")).isGreaterThan(0.5);
        assertThat(one.get("perClass")).isEqualTo(other.get("perClass"));
        assertThat(one.get("confusion")).isEqualTo(other.get("confusion"));
        List<?> found = (List<?>) TreeText.parse(Files.readString(folder.resolve("found.json")));
        assertThat(found).isNotEmpty().allSatisfy(each -> {
            assertThat(TreeNumbers.of(each, "image_id")).isIn(5.0, 6.0);
            assertThat(TreeNumbers.of(each, "category_id")).isBetween(10.0, 15.0);
        });
    }

    @Test
    void theReportShowsCurvesClassesAndMixUps() throws IOException {
        Path page = folder.resolve("report.html");
        CommandLineRun run = evaluate("labels", "--report", page.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("CLASS").contains("BEST SCORE").contains("person");
        assertThat(Files.readString(page))
                .contains("<svg", "<polyline class=\"mean\"", "<td>person</td>", "not there", "missed")
                .doesNotContain("http://www.w3.org/1999", "<script", "NaN");
        Path picture = folder.resolve("curves.svg");
        assertThat(evaluate("labels", "--report", picture.toString()).exitCode())
                .isZero();
        assertThat(Files.readString(picture)).startsWith("<svg xmlns=").endsWith("</svg>\n");
    }

    @Test
    void twoTargetsAreCompared() throws IOException {
        String larger = Checkout.root()
                .resolve("samples/street/street-detector-640.onnx")
                .toString();
        CommandLineRun run = CommandLineRun.of(
                "evaluate",
                Checkout.detector().toString(),
                larger,
                "--images",
                folder.resolve("images").toString(),
                "--labels",
                folder.resolve("labels").toString(),
                "-o",
                "json");
        assertThat(run.exitCode()).as(run.err()).isZero();
        List<?> both = (List<?>) TreeText.parse(run.out());
        assertThat(both).hasSize(2);
        assertThat(((Map<?, ?>) both.getFirst()).containsKey("difference")).isFalse();
        Object difference = Objects.requireNonNull(((Map<?, ?>) both.getLast()).get("difference"));
        double low = TreeNumbers.of(difference, "mAP50Low");
        double high = TreeNumbers.of(difference, "mAP50High");
        assertThat(TreeNumbers.of(difference, "mAP50")).isBetween(low - 1e-3, high + 1e-3);
    }

    @Test
    void whatIsWrongWithTheTruthIsSaid() throws IOException {
        assertThat(evaluate("nowhere").err()).contains("--labels: there is nothing at");
        Path broken = folder.resolve("coco.json");
        String good = Files.readString(broken);
        Files.writeString(broken, good.replace("\"name\":\"", "\"name\":\"other "));
        assertThat(evaluate("coco.json").err()).contains("none of its categories is a class of the model");
        Files.writeString(broken, good.replace("0.jpg", "../labels/0.txt"));
        assertThat(evaluate("coco.json").err()).contains("is not in");
        Files.writeString(broken, good.substring(0, good.length() / 2));
        assertThat(evaluate("coco.json").err()).contains("coco.json: it is not JSON");
        Files.writeString(broken, "[]");
        assertThat(evaluate("coco.json").err()).contains("COCO annotations have images");
        Files.writeString(broken, good.replace("\"category_id\":10", "\"category_id\":99"));
        assertThat(evaluate("coco.json").err()).contains("no category 99");
        assertThat(evaluate("labels", "--report", "x.pdf").exitCode()).isEqualTo(2);
        assertThat(evaluate("labels", "--report", folder.resolve("no/x.svg").toString())
                        .err())
                .contains("there is no folder");
    }
}
