package io.penstock.pipeline;

/** One piece of work before or after the model. */
public sealed interface Step permits MapStep, StreamStep, CallStep {}
