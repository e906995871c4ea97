package io.penstock.app;

import java.io.PrintWriter;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err everything else: progress, warnings, errors
 */
record Console(PrintWriter out, PrintWriter err) {}
