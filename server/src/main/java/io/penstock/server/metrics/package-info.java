/** What the server counts, and its Prometheus text. */
@NullMarked
package io.penstock.server.metrics;

import org.jspecify.annotations.NullMarked;
