/**
 * The port: connections, HTTP/1.1, HTTP/2 and gRPC framing, limits, and one virtual thread per request. Handlers see
 * requests and replies, never a channel.
 */
@NullMarked
package io.penstock.server.net;

import org.jspecify.annotations.NullMarked;
