/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All connections of all bridges: who gets in, and whose turn it is. Connections with something to do stand in a
 * round; each turn of the control loop takes the first and lets it work for OF_TURN_NS and a piece. The turn is a
 * timer of zero, so that sockets, signals and timers are looked at in between: a controller that floods gets one
 * turn in each round, like everybody else.
 *
 * Thread: control.
 */
#ifndef CTL_OF_SERVER_H
#define CTL_OF_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/access.h>

struct event_base;
struct of_bridge;
struct of_conn;
struct of_controller;
struct of_stream;
struct slice;
struct sw_bridge;
struct sw_err;

#define OF_TURN_NS	    1000000ull
#define OF_CONNS_BRIDGE	    64	 /* connections to one BRIDGE.mgmt */
#define OF_CONNS_SNOOP	    8	 /* connections to one BRIDGE.snoop */
#define OF_CONNS_CONTROLLER 32	 /* that came to the socket of one row of Controller */
#define OF_CONNS_MAX	    1024 /* that came to all these sockets */

/* From here on bridges get sockets BRIDGE.mgmt and BRIDGE.snoop in the folder, owned as `access` says. */
int of_start(struct event_base *base, const char *run_dir, const struct sw_access *access,
	struct sw_err *err);
/* Drop all connections, close and remove the sockets. Harmless when not started. */
void of_stop(void);

/* A peer that connected, or that we connected to; the stream is taken. `controller` is whose row it is by, NULL:
 * it came to BRIDGE.mgmt. NULL: there is no room. */
struct of_conn *of_server_add(struct of_bridge *of, const struct of_stream *stream,
	struct of_controller *controller, bool reader, const char *name);

/* One that came to BRIDGE.snoop (snoop.h). */
struct of_conn *of_server_add_snooper(
	struct of_bridge *of, const struct of_stream *stream, const char *name);

/* Drop and free all connections of a controller, now; not from a turn of one of them. */
void of_server_forget(struct of_bridge *of, const struct of_controller *controller);

/* What of_start was given; the base is NULL when it is not started. */
struct event_base *of_server_base(void);
const char *of_server_folder(void);
const struct sw_access *of_server_access(void);

/* Give it a turn, soon. */
void of_server_wake(struct of_conn *c);
/* A turn at once where nobody else waits for one; after it `c` may be gone. From an event of the loop. */
void of_server_run(struct of_conn *c);

/* Each second, and ten times a second, by timers; by hand in tests. */
void of_server_sweep(void);
bool of_server_expire(const struct slice *slice);

#endif
