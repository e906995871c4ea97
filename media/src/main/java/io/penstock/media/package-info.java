/** FFmpeg: stills into pictures, pictures into JPEG and PNG. */
@NullMarked
package io.penstock.media;

import org.jspecify.annotations.NullMarked;
