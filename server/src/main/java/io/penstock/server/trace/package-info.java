/** Traces of requests, exported to an OpenTelemetry collector. Nothing here is loaded where none is named. */
@NullMarked
package io.penstock.server.trace;

import org.jspecify.annotations.NullMarked;
