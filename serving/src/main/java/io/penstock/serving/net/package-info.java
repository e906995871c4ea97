/** What the program fetches from other machines: one client with one set of limits for every fetch. */
@NullMarked
package io.penstock.serving.net;

import org.jspecify.annotations.NullMarked;
