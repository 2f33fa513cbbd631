/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A connection on its way: the name looked up, addresses tried one after the other, the TLS handshake done; or,
 * of one that came to us, the handshake alone. It has OF_DIAL_MS for all of it, and never blocks.
 *
 * Thread: control.
 */
#ifndef CTL_OF_DIAL_H
#define CTL_OF_DIAL_H

#include <stdint.h>

#include "../conn/stream.h"
#include "target.h"

struct event_base;
struct of_dial;
struct sw_err;

#define OF_DIAL_MS 5000

/* The stream is the callee's; NULL: `why` there is none. The dial is gone when it is called, which is never
 * before the function that began it has returned. */
typedef void of_dial_done(void *arg, const struct of_stream *stream, const char *why);

/* Connect. A path that is no absolute one is in `folder`; dscp is that of its packets, 0..63. */
struct of_dial *of_dial_start(struct event_base *base, const struct of_target *target,
	const char *folder, uint8_t dscp, of_dial_done *done, void *arg);

/* Shake hands with who came to us by TLS; the socket is taken. */
struct of_dial *of_dial_accepted(struct event_base *base, int fd, of_dial_done *done, void *arg);

/* done is not called any more. NULL is fine. */
void of_dial_cancel(struct of_dial *dial);

/* Options of a TCP socket, before it connects or when it came: no delay, and its DSCP. */
void of_socket_options(int fd, uint8_t dscp);

/* FILE of a target as a path in folder, or absolute, which a socket's address has room for: 107 bytes. 0, or -ENAMETOOLONG
 * with err, which names the whole path; then nothing is in buf. */
int of_dial_path(char buf[OF_PATH_SIZE], const char *folder, const char *file, struct sw_err *err);

#endif
