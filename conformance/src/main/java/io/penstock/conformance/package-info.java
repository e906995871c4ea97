/**
 * The Open Inference Protocol suite against any address: checks of groups A to E with an encoder of its own, which shares
 * no code with the server it judges.
 */
@NullMarked
package io.penstock.conformance;

import org.jspecify.annotations.NullMarked;
