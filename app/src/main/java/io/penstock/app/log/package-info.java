/** What the process writes down: its own log, and a line for each request. */
@NullMarked
package io.penstock.app.log;

import org.jspecify.annotations.NullMarked;
