package io.penstock.app;

import picocli.CommandLine.Command;

/** Groups what is done with models on this machine. */
@Command(
        name = "models",
        synopsisSubcommandLabel = "COMMAND",
        description = {"Fetches, shows and removes the models that this machine keeps.", ""},
        mixinStandardHelpOptions = true)
final class ModelsCommand {}
