package io.penstock.app;

import picocli.CommandLine.Command;

/** Groups what is done with synthetic scenes. */
@Command(
        name = "scene",
        synopsisSubcommandLabel = "COMMAND",
        description = {"Works with the synthetic street, whose true boxes are known.", ""},
        mixinStandardHelpOptions = true)
final class SceneCommand {}
