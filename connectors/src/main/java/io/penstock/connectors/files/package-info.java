/** Results in a folder: annotated pictures and lines of JSON. */
@NullMarked
package io.penstock.connectors.files;

import org.jspecify.annotations.NullMarked;
