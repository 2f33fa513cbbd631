/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports up and down: from the row to the port's configuration, and the moves whose slow part (opening and
 * closing a device) runs on the job thread.
 */
#include "live.h"

#include <stdlib.h>
#include <string.h>

#include <sw/log.h>
#include <sw/mem.h>
#include <sw/pmd.h>
#include <sw/post.h>
#include <sw/text.h>

#include "../columns.h"
#include "../draft.h"
#include "../event/port.h"
#include "../job.h"
#include "news.h"

SW_LOG(switch, "ports and bridges as the configuration wants them");

void live_read_conf(struct sw_port_conf *conf, const struct draft *draft, const struct row *iface)
{
	const struct value *options = ROW(iface, interface_options);
	const struct row *bridge = draft_find_name(draft, TABLE(bridge), row_name(iface));
	const char *mac = value_get_string(ROW(iface, interface_mac), NULL);

	memset(conf, 0, sizeof(*conf));
	conf->name = row_name(iface);
	conf->type = value_get_string(ROW(iface, interface_type), "");
	conf->mtu = value_get_integer(ROW(iface, interface_mtu_request), 0);
	if (!mac && bridge) /* its local port */
		mac = value_get_key(ROW(bridge, bridge_other_config), "hwaddr");
	conf->has_mac = mac && !sw_parse_mac(mac, &conf->mac);
	conf->n_options = options->n;
	conf->options = sw_xcalloc(options->n, sizeof(*conf->options));
	for (unsigned i = 0; i < options->n; i++) {
		conf->options[i][0] = options->keys[i].string;
		conf->options[i][1] = options->values[i].string;
	}
}

static void finish(void *arg)
{
	struct live_move *move = arg;

	move->done(move->arg, move->rc);
}

/* End a move on a later step of the loop, so that callers need not think of calls within calls. */
static void finish_later(struct live_move *move, int rc)
{
	move->rc = rc;
	sw_post(finish, move);
}

static void up_failed(struct live_move *move)
{
	struct live_port *lp = move->lp;

	if (move->port)
		sw_port_free(move->port);
	move->port = NULL;
	if (strcmp(lp->error.text, move->err.text)) {
		sw_warn("%s%s%s", move->err.text, move->err.hint[0] ? "; " : "", move->err.hint);
		event_port_failed(lp->name, &move->err);
	}
	lp->error = move->err;
	lp->hopeless = move->err.code == SW_CODE_PERMISSION || move->err.code == SW_CODE_INVALID;
	move->done(move->arg, move->rc);
}

static void open_job(void *arg)
{
	struct live_move *move = arg;

	move->rc = sw_port_open(move->port, &move->err);
}

static void close_job(void *arg)
{
	struct live_move *move = arg;

	sw_port_close(move->port);
}

static void closed_again(void *arg)
{
	up_failed(arg);
}

static void opened(void *arg)
{
	struct live_move *move = arg;
	struct live_port *lp = move->lp;

	if (move->rc) {
		up_failed(move);
		return;
	}
	move->rc = sw_pmd_attach(move->port, &move->err);
	if (move->rc) {
		job_run(close_job, closed_again, move);
		return;
	}
	lp->port = move->port;
	lp->hopeless = false;
	memset(&lp->error, 0, sizeof(lp->error));
	sw_info("port %s is open (%s)", lp->name, lp->port->cls->name);
	event_port_opened(lp->port);
	move->done(move->arg, 0);
}

static void refused(void *arg)
{
	up_failed(arg);
}

void live_up(struct live_move *move, struct live_port *lp, const struct draft *draft,
	const struct row *iface)
{
	struct sw_port_conf conf;

	memset(&move->err, 0, sizeof(move->err));
	move->lp = lp;
	live_read_conf(&conf, draft, iface);
	move->port = sw_port_new(&conf, &move->err);
	free(conf.options);
	if (move->port) {
		job_run(open_job, opened, move);
		return;
	}
	move->rc = sw_err_errno(move->err.code);
	sw_post(refused, move);
}

static void withdraw(struct live_port *lp)
{
	struct live_bridge *lb = lp->bridge;
	struct sw_err err = { 0 };
	unsigned n = 0;

	if (!lb)
		return;
	live_forget_stations(lb, lp);
	for (unsigned i = 0; i < lb->n_members; i++) {
		if (lb->members[i] == lp)
			continue;
		lb->members[n] = lb->members[i];
		lb->confs[n++] = lb->confs[i];
	}
	lb->n_members = n;
	lp->bridge = NULL;
	/* fewer members of what was published already: nothing of it can be refused */
	if (sw_bridge_set(lb->bridge, &lb->conf, lb->confs, n, &err))
		sw_error("%s: port %s could not be taken out: %s", lb->name, lp->name, err.text);
	news_bridge_changed(lb->bridge);
}

static void closed(void *arg)
{
	struct live_move *move = arg;

	sw_info("port %s is closed", move->lp->name);
	event_port_closed(move->lp->name);
	sw_port_free(move->port);
	move->port = NULL;
	move->done(move->arg, 0);
}

static void detached(void *arg)
{
	job_run(close_job, closed, arg);
}

void live_down(struct live_move *move, struct live_port *lp)
{
	move->lp = lp;
	move->rc = 0;
	move->port = lp->port;
	withdraw(lp);
	lp->port = NULL;
	if (move->port)
		sw_pmd_detach(move->port, detached, move);
	else
		finish_later(move, 0);
}

int live_set(struct live_port *lp, const struct draft *draft, const struct row *iface,
	struct sw_err *err)
{
	struct sw_port_conf conf;
	int rc;

	if (!lp->port)
		return SW_PORT_RECREATE;
	live_read_conf(&conf, draft, iface);
	rc = sw_port_set(lp->port, &conf, err);
	free(conf.options);
	return rc;
}
