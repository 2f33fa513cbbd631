/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See controller.h.
 */
#include "controller.h"

#include <signal.h>
#include <time.h>

#include <event2/event.h>

#include <sw/err.h>
#include <sw/reg.h>

#include "../../src/ctl/of/action/action.h"
#include "door.h"
#include "peer.h"

uint32_t controller_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

static int read_files(struct controller *c, struct sw_err *err)
{
	int rc = 0;

	for (unsigned i = 0; i < c->o->n_flow_files && !rc; i++)
		rc = mods_read(&c->mods, c->o->flow_files[i], c->o->versions, err);
	return rc;
}

/* Registered fields and actions are looked up by number. */
static int build_codec(struct sw_err *err)
{
	int rc = sw_reg_seal(err);

	return rc ? rc : of_actions_build(err);
}

int controller_init(struct controller *c, const struct options *o, struct sw_err *err)
{
	int rc;

	*c = (struct controller){ .o = o };
	TAILQ_INIT(&c->peers);
	TAILQ_INIT(&c->doors);
	c->base = event_base_new();
	if (!c->base)
		return sw_err_set(err, SW_CODE_INTERNAL, "libevent does not start");
	rc = build_codec(err);
	if (!rc)
		rc = read_files(c, err);
	if (!rc && o->private_key && o->certificate && o->ca_cert)
		rc = tls_init(&c->tls, o, err);
	for (unsigned i = 0; i < o->n_methods && !rc; i++)
		rc = door_create(c, &o->methods[i], err);
	return rc;
}

static void on_signal(int number, short what, void *arg)
{
	struct controller *c = arg;

	event_base_loopbreak(c->base);
}

static void let_go(struct controller *c)
{
	struct peer *p;

	c->ending = true;
	while ((p = TAILQ_FIRST(&c->peers)))
		peer_end(p, "let go");
}

void controller_run(struct controller *c)
{
	struct event *interrupt = evsignal_new(c->base, SIGINT, on_signal, c);
	struct event *end = evsignal_new(c->base, SIGTERM, on_signal, c);

	event_add(interrupt, NULL);
	event_add(end, NULL);
	event_base_dispatch(c->base);
	event_free(interrupt);
	event_free(end);
	let_go(c);
}

void controller_fini(struct controller *c)
{
	struct door *door;

	let_go(c);
	while ((door = TAILQ_FIRST(&c->doors)))
		door_destroy(door);
	if (c->tls.ctx)
		tls_fini(&c->tls);
	mods_fini(&c->mods);
	tally_fini(&c->tally);
	of_buf_fini(&c->out);
	if (c->base)
		event_base_free(c->base);
}
