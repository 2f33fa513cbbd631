/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A row of Controller at work for a bridge: it connects, and again when it fails, after a time that doubles from a
 * second to max_backoff; or it listens, and takes who comes.
 *
 *	waiting -> dialling -> connected, HELLO -> up -> waiting       active
 *	waiting -> listening, with connections that are up or not      passive
 *
 * Thread: control.
 */
#ifndef CTL_OF_CONTROLLER_H
#define CTL_OF_CONTROLLER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "../../table/atom.h"
#include "target.h"

struct event;
struct of_bridge;
struct of_conn;
struct of_dial;
struct of_listener;

struct of_controller_conf {
	bool primary;
	bool async;		 /* news are told unasked */
	uint8_t dscp;		 /* 0..63 */
	uint32_t max_backoff_ms; /* >= 1000 */
	uint32_t probe_ms;	 /* 0: never */
	uint32_t rate, burst;	 /* of packet-ins; rate 0: no limit */
};

struct of_controller {
	TAILQ_ENTRY(of_controller) list; /* of the bridge */
	LIST_ENTRY(of_controller) chain; /* by row */
	struct of_bridge *of;
	struct uuid uuid; /* of the row */
	char *text;	  /* the target as written */
	struct of_target target;
	struct of_controller_conf conf;

	struct event *timer;	      /* waiting: for another attempt */
	uint32_t backoff_ms;	      /* of the wait; 0: there was none yet */
	struct of_dial *dial;	      /* active: under way */
	struct of_listener *listener; /* passive: listening */
	unsigned n_conns, n_up;	      /* connections; those that have said HELLO */

	uint64_t up_ms,
		down_ms;      /* when a connection was up last, and when one ended last; 0: never */
	uint64_t lost_before; /* packet-ins that connections lost that are gone */
	char last_error[448]; /* "": none */
	bool told;	      /* of this row of failures */
};

/* Begin; the conf is copied. */
struct of_controller *of_controller_new(struct of_bridge *of, const struct uuid *uuid,
	const char *text, const struct of_target *target, const struct of_controller_conf *conf);
/* What of the configuration may change while it is connected: all of conf. */
void of_controller_set(struct of_controller *ctl, const struct of_controller_conf *conf);
/* Its connections end. */
void of_controller_free(struct of_controller *ctl);

/* Those of a row, one a bridge that names it: the first with NULL, then the next; NULL at the end. */
struct of_controller *of_controller_of(const struct uuid *uuid, struct of_controller *after);

/* "BACKOFF", "CONNECTING", "ACTIVE", "IDLE" (it was asked for an echo), as OVS has them, or "LISTENING". */
const char *of_controller_state(const struct of_controller *ctl);
/* Packet-ins it lost, of all its connections. */
uint64_t of_controller_lost(const struct of_controller *ctl);
/* Does it govern the bridge? One that came to BRIDGE.mgmt (NULL) and services do not. */
bool of_controller_is_primary(const struct of_controller *ctl);

/* By the server and its connections: it has one more; that has said HELLO; it is gone. */
void of_controller_came(struct of_conn *c);
void of_controller_up(struct of_conn *c);
void of_controller_ended(struct of_conn *c);
/* Who came did not get as far as that. */
void of_controller_refused(struct of_controller *ctl, const char *who, const char *why);

#endif
