/** Objects followed from frame to frame, the lines they cross and the areas they stay in. Pure. */
@NullMarked
package io.penstock.vision.tracking;

import org.jspecify.annotations.NullMarked;
