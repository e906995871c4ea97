/** Source, steps, model, sinks: the contracts and the loop. */
@NullMarked
package io.penstock.pipeline;

import org.jspecify.annotations.NullMarked;
