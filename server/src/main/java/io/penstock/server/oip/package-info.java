/** The Open Inference Protocol V2 over HTTP and gRPC, with the Triton extensions that are served here. */
@NullMarked
package io.penstock.server.oip;

import org.jspecify.annotations.NullMarked;
