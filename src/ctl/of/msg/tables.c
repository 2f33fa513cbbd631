/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tables: their statistics (1.0.1, 5.3.5; 1.3.5, 7.3.5.4). What they can do stands in table_features.c, how they are configured in
 * table_mod.c. A bridge has them all, whether there are rules in them or not.
 *
 * Thread: control.
 */
#include <stdlib.h>

#include <sw/mem.h>
#include <sw/rule.h>

#include "../bridge.h"
#include "../conn/reply.h"
#include "tables.h"

#define OFPFW_ALL 0x3fffff

struct walk {
	struct of_work work;
	struct of_parts parts;
	unsigned table;
	void (*put)(
		struct of_buf *out, const struct of_bridge *of, unsigned table, uint8_t version);
};

static int step(struct of_conn *c, struct of_work *work, const struct slice *slice)
{
	struct walk *w = sw_container_of(work, struct walk, work);

	while (w->table < SW_TABLES) {
		w->put(of_parts_entry(&w->parts), c->bridge, w->table++, w->parts.version);
		of_parts_entry_end(c, &w->parts);
		if (slice_over(slice) || of_conn_is_full(c))
			return SLICE_MORE;
	}
	of_parts_end(c, &w->parts);
	return 0;
}

static void walk_free(struct of_work *work)
{
	struct walk *w = sw_container_of(work, struct walk, work);

	of_parts_fini(&w->parts);
	free(w);
}

void of_tables_walk(struct of_conn *c, const struct of_msg *msg,
	void (*put)(
		struct of_buf *out, const struct of_bridge *of, unsigned table, uint8_t version))
{
	struct walk *w = sw_xcalloc(1, sizeof(*w));

	w->work = (struct of_work){ step, walk_free };
	w->put = put;
	of_parts_begin(&w->parts, msg);
	c->work = &w->work;
}

static void put_stats(
	struct of_buf *out, const struct of_bridge *of, unsigned table, uint8_t version)
{
	struct sw_rule_table_stats stats;
	struct of_table_name name;

	sw_rules_table_stats(of->rules, table, &stats);
	of_put_u8(out, table);
	of_room(out, 3);
	if (version == OF10) {
		of_bridge_table_name(of, table, &name);
		of_put(out, name.text, sizeof(name.text));
		of_put_u32(out, OFPFW_ALL);
		of_put_u32(out, stats.limit);
	}
	of_put_u32(out, stats.rules);
	of_put_u64(out, stats.lookups);
	of_put_u64(out, stats.matches);
}

static enum of_error table_stats(struct of_conn *c, const struct of_msg *msg)
{
	of_tables_walk(c, msg, put_stats);
	return OF_FINE;
}

SW_REGISTER(of_message, table_stats) = {
	.name = "table_stats",
	.help = "rules and look-ups by table",
	.ids = { { OF_ALL, OF_MULTIPART, 0, 3, 0, 0 } },
	.handle = table_stats,
};
