package io.penstock.app.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script that {@code mvnw} and {@code penstock} share finds a JDK 25 where a user's machine would have it. */
@Timeout(60)
class FindJdkTest {
    @TempDir
    private Path home = Path.of("");

    @BeforeEach
    void needAShell() {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no /bin/sh here");
    }

    @Test
    void javaHomeWins() throws Exception {
        Path wanted = jdk("wanted", "25.0.1");
        assertThat(find(wanted.toString(), "/usr/bin:/bin")).isEqualTo(wanted.toString());
    }

    @Test
    void anOlderJavaHomeIsPassedOverForOneOnThePath() throws Exception {
        Path old = jdk("old", "17.0.15");
        Path wanted = jdk("wanted", "25");
        assertThat(find(old.toString(), wanted.resolve("bin") + ":/usr/bin:/bin"))
                .isEqualTo(wanted.toString());
    }

    @Test
    void mavensToolchainsAreRead() throws Exception {
        Path wanted = jdk("somewhere/else", "25.0.3");
        Files.createDirectories(home.resolve(".m2"));
        Files.writeString(
                home.resolve(".m2/toolchains.xml"),
                "<toolchains>\n<jdkHome>${user.home}/somewhere/else</jdkHome>\n</toolchains>\n");
        assertThat(find("", "/nowhere")).isEqualTo(wanted.toString());
    }

    @Test
    void aJavaWithoutACompilerIsNoJdk() throws Exception {
        Path runtime = jdk("runtime", "25");
        Files.delete(runtime.resolve("bin/javac"));
        Path wanted = jdk("wanted", "25");
        assertThat(find(runtime.toString(), wanted.resolve("bin") + ":/usr/bin:/bin"))
                .isEqualTo(wanted.toString());
    }

    private Path jdk(String name, String version) throws IOException {
        Path folder = home.resolve(name);
        Files.createDirectories(folder.resolve("bin"));
        Files.writeString(folder.resolve("release"), "IMPLEMENTOR=\"us\"\nJAVA_VERSION=\"%s\"\n".formatted(version));
        for (String program : new String[] {"java", "javac"}) {
            Path file = Files.createFile(folder.resolve("bin").resolve(program));
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        return folder.toRealPath();
    }

    private String find(String javaHome, String path) throws IOException, InterruptedException {
        String script = Repository.root().resolve(".mvn/find-jdk.sh").toString();
        ProcessBuilder shell = new ProcessBuilder("/bin/sh", "-c", ". \"$0\"; printf %s \"$JAVA_HOME\"", script);
        shell.environment().clear();
        shell.environment().put("HOME", home.toString());
        shell.environment().put("PATH", path);
        if (!javaHome.isEmpty()) {
            shell.environment().put("JAVA_HOME", javaHome);
        }
        Process process = shell.redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(out).isZero();
        return Path.of(out).toRealPath().toString();
    }
}
