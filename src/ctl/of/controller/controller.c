/* SPDX-License-Identifier: BSD-3-Clause */
/* See controller.h. Control thread. */
#include "controller.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <rte_common.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/event.h>
#include <sw/log.h>
#include <sw/mem.h>

#include "../../loop.h"
#include "../bridge.h"
#include "../conn/conn.h"
#include "../conn/listen.h"
#include "../conn/packets.h"
#include "../conn/server.h"
#include "dial.h"
#include "news.h"
#include "tls.h"

SW_LOG_USE(openflow);

#define BACKOFF_MS 1000 /* of the first wait */
#define BUCKETS	   256

SW_REGISTER(event, controller) = {
	.name = "controller",
	.help = "a controller was connected or disconnected, or a bridge begins to switch without one",
};

static LIST_HEAD(, of_controller) all[BUCKETS];

static unsigned bucket_of(const struct uuid *uuid)
{
	return uuid->b[0]; /* random, as is all of it */
}

static void tell(const struct of_controller *ctl, const char *state, const char *why)
{
	sw_event_tell(&sw_event_controller,
		(struct sw_event_field[]){ { "bridge", ctl->of->name, 0 },
			{ "target", ctl->text, 0 }, { "state", state, 0 }, { "why", why, 0 },
			{ 0 } },
		"bridge %s: controller %s is %s: %s", ctl->of->name, ctl->text, state, why);
}

/* --- waiting --- */

static void attempt(struct of_controller *ctl);

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("openflow connect");

	attempt(arg);
}

/* A connection that held for longer than the wait before it starts the waits anew. */
static void wait_again(struct of_controller *ctl, bool held)
{
	struct timeval tv;

	if (held || !ctl->backoff_ms)
		ctl->backoff_ms = BACKOFF_MS;
	else
		ctl->backoff_ms = RTE_MIN(2 * ctl->backoff_ms, ctl->conf.max_backoff_ms);
	tv = (struct timeval){ ctl->backoff_ms / 1000, ctl->backoff_ms % 1000 * 1000 };
	event_add(ctl->timer, &tv);
}

static void failed(struct of_controller *ctl, const char *why)
{
	snprintf(ctl->last_error, sizeof(ctl->last_error), "%s", why);
	if (!ctl->told) {
		ctl->told = true;
		sw_warn("bridge %s: controller %s: %s", ctl->of->name, ctl->text, why);
		tell(ctl, "out of reach", why);
	}
	wait_again(ctl, false);
}

/* --- active --- */

static void on_dialled(void *arg, const struct of_stream *stream, const char *why)
{
	struct of_controller *ctl = arg;

	ctl->dial = NULL;
	if (!stream)
		failed(ctl, why);
	else if (!of_server_add(ctl->of, stream, ctl, false, ctl->text))
		failed(ctl, "out of memory");
}

/* --- passive --- */

static struct of_listener *listen_at(struct of_controller *ctl, struct sw_err *err)
{
	struct event_base *base = of_server_base();
	char path[OF_PATH_SIZE];

	if (ctl->target.kind == OF_TARGET_TLS && of_tls_check(err))
		return NULL;
	if (ctl->target.kind != OF_TARGET_UNIX)
		return of_listen_host(base, ctl->of, ctl, &ctl->target, err);
	if (of_dial_path(path, of_server_folder(), ctl->target.path, err))
		return NULL;
	return of_listen_unix(base, ctl->of, ctl, path, of_server_access(), err);
}

static void start_listening(struct of_controller *ctl)
{
	struct sw_err err;

	ctl->listener = listen_at(ctl, &err);
	if (!ctl->listener) {
		failed(ctl, err.text);
		return;
	}
	ctl->last_error[0] = '\0';
	ctl->told = false;
	ctl->backoff_ms = 0;
}

static void attempt(struct of_controller *ctl)
{
	if (ctl->target.passive)
		start_listening(ctl);
	else
		ctl->dial = of_dial_start(of_server_base(), &ctl->target, of_server_folder(),
			ctl->conf.dscp, on_dialled, ctl);
}

void of_controller_refused(struct of_controller *ctl, const char *who, const char *why)
{
	snprintf(ctl->last_error, sizeof(ctl->last_error), "%s: %s", who, why);
	if (of_may_warn())
		sw_warn("bridge %s: controller %s at %s is turned away: %s", ctl->of->name, who,
			ctl->text, why);
}

/* --- connections --- */

static void settle(struct of_conn *c, const struct of_controller_conf *conf)
{
	c->probe_ms = conf->probe_ms;
	of_socket_options(c->stream.fd, conf->dscp);
	of_packets_limit(c, conf->rate, conf->burst);
}

void of_controller_came(struct of_conn *c)
{
	struct of_controller *ctl = c->controller;

	ctl->n_conns++;
	settle(c, &ctl->conf);
	if (!ctl->conf.async)
		memset(&c->async, 0, sizeof(c->async));
}

void of_controller_up(struct of_conn *c)
{
	struct of_controller *ctl = c->controller;
	char version[32];

	ctl->n_up++;
	ctl->up_ms = sw_clock_ms();
	ctl->told = false;
	if (!ctl->target.passive)
		ctl->last_error[0] = '\0';
	snprintf(version, sizeof(version), "OpenFlow 1.%u", c->version - 1);
	sw_info("bridge %s: controller %s is connected: %s", ctl->of->name, c->name, version);
	tell(ctl, "connected", version);
	of_conn_news(c, OF_CONTROLLER_CHANNEL);
	if (ctl->conf.primary)
		of_fail_up(ctl->of);
}

static void went_down(struct of_controller *ctl, const struct of_conn *c, const char *why)
{
	ctl->n_up--;
	ctl->down_ms = sw_clock_ms();
	sw_info("bridge %s: controller %s is disconnected: %s", ctl->of->name, c->name, why);
	tell(ctl, "disconnected", why);
	of_conn_news(c, OF_CONTROLLER_CHANNEL);
	if (ctl->conf.primary)
		of_fail_down(ctl->of);
}

void of_controller_ended(struct of_conn *c)
{
	struct of_controller *ctl = c->controller;
	const char *why = c->end[0] ? c->end : "by the switch";
	bool held = c->version && sw_clock_ms() - ctl->up_ms >= ctl->backoff_ms;

	ctl->n_conns--;
	ctl->lost_before += c->count.packet_ins_lost;
	if (c->version)
		went_down(ctl, c, why);
	if (ctl->target.passive)
		return;
	snprintf(ctl->last_error, sizeof(ctl->last_error), "%s", why);
	wait_again(ctl, held);
}

/* --- the row --- */

struct of_controller *of_controller_new(struct of_bridge *of, const struct uuid *uuid,
	const char *text, const struct of_target *target, const struct of_controller_conf *conf)
{
	struct of_controller *ctl = sw_xcalloc(1, sizeof(*ctl));

	ctl->of = of;
	ctl->uuid = *uuid;
	ctl->text = sw_xstrdup(text);
	ctl->target = *target;
	ctl->conf = *conf;
	ctl->timer = event_new(of_server_base(), -1, 0, on_timer, ctl);
	if (!ctl->timer)
		abort(); /* out of memory, as sw_xcalloc */
	TAILQ_INSERT_TAIL(&of->controllers, ctl, list);
	LIST_INSERT_HEAD(&all[bucket_of(uuid)], ctl, chain);
	of_controller_news(ctl, OF_CONTROLLER_ADDED);
	attempt(ctl);
	return ctl;
}

void of_controller_set(struct of_controller *ctl, const struct of_controller_conf *conf)
{
	struct of_conn *c;

	ctl->conf = *conf;
	ctl->backoff_ms = RTE_MIN(ctl->backoff_ms, conf->max_backoff_ms);
	TAILQ_FOREACH (c, &ctl->of->conns, peers)
		if (c->controller == ctl && !c->dropped)
			settle(c, conf);
}

void of_controller_free(struct of_controller *ctl)
{
	of_server_forget(ctl->of, ctl);
	of_controller_news(ctl, OF_CONTROLLER_REMOVED);
	of_dial_cancel(ctl->dial);
	of_listener_free(ctl->listener);
	event_free(ctl->timer);
	TAILQ_REMOVE(&ctl->of->controllers, ctl, list);
	LIST_REMOVE(ctl, chain);
	free(ctl->text);
	free(ctl);
}

struct of_controller *of_controller_of(const struct uuid *uuid, struct of_controller *after)
{
	struct of_controller *ctl =
		after ? LIST_NEXT(after, chain) : LIST_FIRST(&all[bucket_of(uuid)]);

	while (ctl && uuid_cmp(&ctl->uuid, uuid))
		ctl = LIST_NEXT(ctl, chain);
	return ctl;
}

static bool is_asked(const struct of_controller *ctl)
{
	const struct of_conn *c;

	TAILQ_FOREACH (c, &ctl->of->conns, peers)
		if (c->controller == ctl && c->probed_ms)
			return true;
	return false;
}

const char *of_controller_state(const struct of_controller *ctl)
{
	if (ctl->n_up)
		return is_asked(ctl) ? "IDLE" : "ACTIVE";
	if (ctl->dial || (ctl->n_conns && !ctl->target.passive))
		return "CONNECTING";
	return ctl->listener ? "LISTENING" : "BACKOFF";
}

uint64_t of_controller_lost(const struct of_controller *ctl)
{
	uint64_t lost = ctl->lost_before;
	const struct of_conn *c;

	TAILQ_FOREACH (c, &ctl->of->conns, peers)
		if (c->controller == ctl)
			lost += c->count.packet_ins_lost;
	return lost;
}

bool of_controller_is_primary(const struct of_controller *ctl)
{
	return ctl && ctl->conf.primary;
}
