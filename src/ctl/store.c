/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Module "store": the configuration comes up after the workers and goes down before them. At start-up
 * the stored configuration is applied like a transaction from nothing, but for ports that cannot be
 * opened: they are noted and tried again every second.
 */
#include "store.h"

#include <event2/event.h>

#include <unistd.h>

#include <sw/boot.h>
#include <sw/err.h>
#include <sw/log.h>
#include <sw/loop.h>
#include <sw/module.h>
#include <sw/pmd.h>
#include <sw/post.h>
#include <sw/rcu.h>

#include "cmd/kept.h"
#include "columns.h"
#include "job.h"
#include "loop.h"
#include "persist/persist.h"
#include "queue.h"
#include "staged.h"
#include "switch/live.h"

SW_LOG(store, "the configuration: start, stop");

#define CLOSE_WAIT_US 200

static struct db *db;
static struct journal *journal;
static struct event *retry_event;

struct db *store_db(void)
{
	return db;
}

struct journal *store_journal(void)
{
	return journal;
}

void store_replace(struct db *next)
{
	db_unref(db);
	db = next;
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("retries");

	queue_retry_ports();
	persist_sweep();
	kept_sweep();
}

static void start_timer(void)
{
	static const struct timeval second = { 1, 0 };

	if (!sw_loop_base())
		return;
	retry_event = event_new(sw_loop_base(), -1, EV_PERSIST, on_retry, NULL);
	if (retry_event)
		event_add(retry_event, &second);
}

static bool keeps_rules(const char *bridge)
{
	const struct row *row = rows_find_name(db->tables[TABLE(bridge)->id], bridge);

	return row && live_keeps_rules(row);
}

int store_open(const char *state_dir, struct sw_err *err)
{
	int rc = schema_build(err);

	if (!rc)
		rc = journal_open(state_dir, &journal, &db, err);
	if (rc)
		return rc;
	rc = persist_start(keeps_rules, err);
	if (!rc)
		rc = job_start(err);
	if (rc) {
		journal_close(journal);
		db_unref(db);
		return rc;
	}
	queue_boot();
	start_timer();
	sw_info("configuration generation %llu: %u bridges, %u ports",
		(unsigned long long)db->generation, db->tables[schema_table("Bridge", NULL)->id]->n,
		db->tables[schema_table("Port", NULL)->id]->n);
	return 0;
}

/* The control loop has ended: run what it would have run until a condition holds. */
static void pump_until(bool (*is_done)(void))
{
	while (!is_done()) {
		struct sw_worker_info info;

		for (unsigned i = 0; i < sw_pmd_workers(); i++)
			if (!sw_pmd_worker_info(i, &info) && info.stepped)
				sw_pmd_turn(i);
		sw_rcu_poll();
		sw_post_run();
		if (sw_loop_base()) /* a transaction that gave the loop back goes on from a timer */
			event_base_loop(sw_loop_base(), EVLOOP_NONBLOCK);
		usleep(CLOSE_WAIT_US); /* for the job thread and the workers' turns */
	}
}

static unsigned closing;

static void port_closed(void *arg, int rc)
{
	closing--;
}

static bool all_closed(void)
{
	return !closing;
}

static void close_ports(void)
{
	struct live_move moves[32];
	struct live_bridge *lb;
	struct live_port *lp;

	while ((lb = live_next_bridge(NULL)))
		live_bridge_destroy(lb);
	while (live_next_port(NULL)) {
		unsigned n = 0;

		for (lp = live_next_port(NULL); lp && n < 32; lp = live_next_port(lp), n++) {
			moves[n].done = port_closed;
			moves[n].arg = NULL;
			closing++;
			live_down(&moves[n], lp);
		}
		pump_until(all_closed);
		while (n)
			live_port_drop(moves[--n].lp);
	}
}

void store_close(void)
{
	if (!journal)
		return;
	if (retry_event)
		event_free(retry_event);
	retry_event = NULL;
	queue_stop();
	pump_until(queue_idle);
	pump_until(staged_is_idle);
	persist_stop();
	pump_until(persist_idle);
	close_ports();
	kept_stop();
	job_stop();
	sw_post_run();
	journal_close(journal);
	journal = NULL;
	store_replace(NULL);
}

static int store_init(const struct sw_boot *boot, struct sw_err *err)
{
	int rc = store_open(boot->state_dir, err);

	if (!rc)
		journal_limit_history(journal, (uint64_t)boot->history_mb << 20);
	return rc;
}

static const char *const after[] = { "pmd", NULL };

SW_REGISTER(module, store) = {
	.name = "store",
	.help = "the configuration: journal, ports and bridges",
	.after = after,
	.init = store_init,
	.fini = store_close,
};
