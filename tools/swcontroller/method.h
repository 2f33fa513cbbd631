/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where switches are: the connection methods of ovs-testcontroller(8), ptcp:[PORT][:HOST] and its kin, as socket
 * addresses.
 */
#ifndef SWCONTROLLER_METHOD_H
#define SWCONTROLLER_METHOD_H

#include <stdbool.h>
#include <stddef.h>

#include <sys/socket.h>

struct sw_err;

#define METHOD_TEXT 160 /* bytes of an address as text, at most */

struct method {
	const char *text; /* as it was given */
	bool passive;	  /* switches come here; else we go there */
	bool tls;
	struct sockaddr_storage address;
	socklen_t len;
};

/* "ptcp:6653:127.0.0.1" to an address, as of_target_parse reads it, and ptcp:0: a port that the kernel chooses; a
 * host's name is looked up at once. `text` must stay. */
int method_parse(const char *text, struct method *out, struct sw_err *err);

/* An address as people read it: "127.0.0.1:6653", "[::1]:6653", "/run/x.sock"; "" for an unnamed Unix socket. */
const char *address_text(const struct sockaddr *address, char text[METHOD_TEXT]);

/* "ptcp:40123:127.0.0.1": the method that reaches this very address, where the kernel chose the port. */
const char *method_text(
	const struct method *m, const struct sockaddr *address, char text[METHOD_TEXT]);

#endif
