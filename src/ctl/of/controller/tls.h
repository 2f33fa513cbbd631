/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TLS for connections of controllers (RFC 8446, RFC 5246; nothing older): both ends show a certificate, and each
 * must be signed by an authority of the other's ca_cert. Names in certificates do not count: the authority is
 * the network's own, as with OVS.
 *
 * The files are read when a connection is made and they changed since. Where new ones cannot be used (a pair
 * that is half replaced) those that were read before go on, with a warning.
 *
 * Thread: control.
 */
#ifndef CTL_OF_TLS_H
#define CTL_OF_TLS_H

#include <stdbool.h>

#include "../conn/stream.h"

struct sw_err;

struct of_tls_files {
	const char *private_key, *certificate, *ca_cert;
	bool bootstrap; /* take ca_cert from the first peer that we connect to, if it is not there */
};

/* From now on; copied. NULL: there are none. Connections that are up stay. */
void of_tls_use(const struct of_tls_files *files);

/* Can a connection be made? 0, or an error that names the file. Reads what changed. */
int of_tls_check(struct sw_err *err);

/* A stream over a connected socket, whose handshake has not begun. The socket is the caller's until 0 is returned. */
int of_tls_open(struct of_stream *stream, int fd, bool server, struct sw_err *err);

/* Go on with the handshake: 0 done, OF_TLS_READ or OF_TLS_WRITE what the socket must be ready for, or a
 * negative errno with err. The stream is the caller's to close in any case. */
enum { OF_TLS_READ = 1, OF_TLS_WRITE };
int of_tls_shake(struct of_stream *stream, struct sw_err *err);

extern const struct of_stream_class of_stream_tls;

#endif
