/** Who may call: keys, what they open, and how often. */
@NullMarked
package io.penstock.server.auth;

import org.jspecify.annotations.NullMarked;
