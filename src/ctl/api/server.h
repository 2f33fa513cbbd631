/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket: clients, their lines, whose turn it is. Public to the rest of ctl only for start,
 * stop and tests.
 *
 * room: ctl/api. Thread: control.
 */
#ifndef CTL_API_SERVER_H
#define CTL_API_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include <sw/access.h>

struct event_base;
struct sw_err;
struct api_client;

#define API_LEVEL	     1 /* grows when a client must know */
#define API_CLIENTS_MAX	     96
#define API_CLIENTS_USER     16 /* of one user other than root and the daemon's own */
#define API_CLIENTS_NO_ADMIN 64 /* of all users that are no admins together */
#define API_WAITING_MAX	     32 /* requests read ahead of a client */
#define API_OUTPUT_MAX	     (8 * 1024 * 1024) /* bytes a client may leave unread */
#define API_STALL_MS	     30000 /* an unfinished message or an unread answer this old ends it */

/* Listen at path, owned as `access` says, which is kept. A socket file nobody answers on is replaced;
 * anything else there is an error. */
int api_start(struct event_base *base, const char *path, const struct sw_access *access,
	struct sw_err *err);

/* Drop all clients, close, remove the socket file when it is still ours. Harmless when not started. */
void api_stop(void);

struct api_stats {
	unsigned clients;
	uint64_t requests, refused_clients, dropped_clients;
};
void api_stats(struct api_stats *stats);

/* Who is at the other end (SO_PEERCRED, SO_PEERGROUPS), as it was when it connected. */
struct api_peer {
	uid_t uid;
	gid_t gid;
	pid_t pid;
	char user[32]; /* from /etc/passwd, else "uid 1000" */
	enum sw_role role;
};
int api_peer_of(int fd, const struct sw_access *access, struct api_peer *peer);

/* Has it closed both directions? Then nobody is there to read an answer. */
bool api_peer_gone(int fd);

/* Drop clients that stalled; each second by a timer of the server, by hand in tests. */
void api_sweep(void);

#endif
