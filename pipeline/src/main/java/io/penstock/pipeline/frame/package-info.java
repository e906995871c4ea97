/** The values everyone shows: frames, pictures, and what was found in them. */
@NullMarked
package io.penstock.pipeline.frame;

import org.jspecify.annotations.NullMarked;
