/* SPDX-License-Identifier: BSD-3-Clause */
/* See sync.h. Control thread. */
#include "sync.h"

#include <string.h>

#include <rte_common.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/text.h>

#include "../../change.h"
#include "../../columns.h"
#include "../../draft.h"
#include "../../store.h"
#include "../bridge.h"
#include "../codec/version.h"
#include "../conn/server.h"
#include "../table_rows.h"
#include "columns.h"
#include "controller.h"
#include "fail.h"
#include "tls.h"

SW_LOG_USE(openflow);
SW_USE(table, flow_table);

#define MAX_BACKOFF_MS 8000
#define PROBE_MS       5000
#define DSCP	       48
#define DSCP_MAX       63
#define BURST_MIN      25

static void read_conf(
	struct of_controller_conf *conf, const struct row *row, const struct of_target *target)
{
	const char *type = value_get_string(ROW(row, controller_type), NULL);
	const char *dscp = value_get_key(ROW(row, controller_other_config), "dscp");
	uint64_t number;

	conf->primary = type ? !strcmp(type, "primary") : !target->passive;
	conf->async = value_get_boolean(ROW(row, controller_enable_async_messages), true);
	conf->dscp = dscp && !sw_parse_u64(dscp, 0, DSCP_MAX, &number) ? number : DSCP;
	conf->max_backoff_ms = value_get_integer(ROW(row, controller_max_backoff), MAX_BACKOFF_MS);
	conf->probe_ms = value_get_integer(ROW(row, controller_inactivity_probe), PROBE_MS);
	conf->rate = value_get_integer(ROW(row, controller_rate_limit), 0);
	conf->burst = value_get_integer(
		ROW(row, controller_burst_limit), RTE_MAX(conf->rate / 4, (uint32_t)BURST_MIN));
}

static struct of_controller *find(const struct of_bridge *of, const struct uuid *uuid)
{
	struct of_controller *ctl;

	TAILQ_FOREACH (ctl, &of->controllers, list)
		if (!uuid_cmp(&ctl->uuid, uuid))
			return ctl;
	return NULL;
}

/* Is a row of the bridge's still what this one was made for? */
static bool stays(const struct of_controller *ctl, const struct value *uuids)
{
	const struct rows *rows = store_db()->tables[TABLE(controller)->id];
	const struct row *row = rows_find(rows, &ctl->uuid);

	return row && value_find(uuids, &(union atom){ .uuid = ctl->uuid }) >= 0 &&
	       !strcmp(ctl->text, value_get_string(ROW(row, controller_target), ""));
}

static void sync_controller(struct of_bridge *of, const struct row *row)
{
	const char *text = value_get_string(ROW(row, controller_target), "");
	struct of_controller *ctl = find(of, &row->uuid);
	struct of_controller_conf conf;
	struct of_target target;
	struct sw_err err;

	if (of_target_parse(text, 1, &target, &err)) {
		sw_error(
			"bridge %s: %s", of->name, err.text); /* stored by a version that took it */
		return;
	}
	read_conf(&conf, row, &target);
	if (ctl)
		of_controller_set(ctl, &conf);
	else
		of_controller_new(of, &row->uuid, text, &target, &conf);
}

/* Those that go do so first: another may want to listen where they did. */
static void sync_controllers(struct of_bridge *of, const struct value *uuids)
{
	const struct rows *rows = store_db()->tables[TABLE(controller)->id];
	struct of_controller *ctl, *next;

	for (ctl = TAILQ_FIRST(&of->controllers); ctl; ctl = next) {
		next = TAILQ_NEXT(ctl, list);
		if (!stays(ctl, uuids))
			of_controller_free(ctl);
	}
	for (unsigned i = 0; i < uuids->n; i++)
		sync_controller(of, rows_find(rows, &uuids->keys[i].uuid));
}

static uint32_t versions_of(const struct value *protocols)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} known[] = { { "OpenFlow10", OF_V10 }, { "OpenFlow13", OF_V13 }, { "OpenFlow14", OF_V14 },
		{ "OpenFlow15", OF_V15 } };
	uint32_t versions = 0;

	for (unsigned i = 0; i < protocols->n; i++)
		for (unsigned k = 0; k < RTE_DIM(known); k++)
			if (!strcmp(protocols->keys[i].string, known[k].name))
				versions |= known[k].bit;
	return versions ? versions : OF_ALL;
}

static unsigned primaries(const struct of_bridge *of)
{
	const struct of_controller *ctl;
	unsigned n = 0;

	TAILQ_FOREACH (ctl, &of->controllers, list)
		n += ctl->conf.primary;
	return n;
}

void of_sync_bridge(struct of_bridge *of)
{
	const struct row *row =
		store_db() ? rows_find_name(store_db()->tables[TABLE(bridge)->id], of->name) : NULL;

	if (!row)
		return; /* the change that makes it is not stored yet */
	of->versions = versions_of(ROW(row, bridge_protocols));
	of_table_rows_sync(of, row);
	sync_controllers(of, ROW(row, bridge_controller));
	of_fail_set(of, !strcmp(value_get_string(ROW(row, bridge_fail_mode), ""), "secure"),
		primaries(of));
}

void of_sync_end(struct of_bridge *of)
{
	struct of_controller *ctl;

	while ((ctl = TAILQ_FIRST(&of->controllers)))
		of_controller_free(ctl);
}

void of_sync_ssl(void)
{
	const struct rows *rows = store_db() ? store_db()->tables[TABLE(ssl)->id] : NULL;
	unsigned at = 0;
	const struct row *row = rows ? rows_next((struct rows *)rows, &at) : NULL;
	struct of_tls_files files;

	if (!row) { /* a row that nothing refers to is not stored, so there is one at most */
		of_tls_use(NULL);
		return;
	}
	files = (struct of_tls_files){
		.private_key = value_get_string(ROW(row, ssl_private_key), ""),
		.certificate = value_get_string(ROW(row, ssl_certificate), ""),
		.ca_cert = value_get_string(ROW(row, ssl_ca_cert), ""),
		.bootstrap = value_get_boolean(ROW(row, ssl_bootstrap_ca_cert), false),
	};
	of_tls_use(&files);
}

static void sync_named(const char *bridge)
{
	struct of_bridge *of = NULL;

	while ((of = of_bridge_next(of)))
		if (!bridge || !strcmp(of->name, bridge))
			of_sync_bridge(of);
}

static void hear(const struct change *change)
{
	struct draft_diff d = { 0 };
	bool all = false, ssl = false;

	if (!of_server_base())
		return;
	while (draft_diff_next(change->draft, &d)) {
		const struct row *row = d.is ? d.is : d.was;

		ssl |= row->table == TABLE(ssl);
		all |= (row->table == TABLE(controller) || row->table == TABLE(flow_table)) &&
		       d.was && d.is;
		if (d.is && row->table == TABLE(bridge))
			sync_named(row_name(row));
	}
	if (ssl)
		of_sync_ssl();
	if (all)
		sync_named(NULL);
}

SW_REGISTER(change_listener, openflow_controllers) = {
	.name = "openflow-controllers",
	.help = "makes controllers equal to their rows",
	.hear = hear,
};
