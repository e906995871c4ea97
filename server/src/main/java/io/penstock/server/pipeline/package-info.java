/** Pipelines over HTTP: one payload in, a result or an annotated picture out; and their live streams. */
@NullMarked
package io.penstock.server.pipeline;

import org.jspecify.annotations.NullMarked;
