/**
 * The Open Inference Protocol V2 as bytes: requests to tensors, tensors to answers, JSON and binary. Pure: no network,
 * no clock.
 */
@NullMarked
package io.penstock.serving.oip;

import org.jspecify.annotations.NullMarked;
