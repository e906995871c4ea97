/** What every call shares: its deadline and the ways it can fail. */
@NullMarked
package io.penstock.serving.call;

import org.jspecify.annotations.NullMarked;
