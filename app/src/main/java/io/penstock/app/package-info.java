/** The command line, and the one place that joins parts. */
@NullMarked
package io.penstock.app;

import org.jspecify.annotations.NullMarked;
