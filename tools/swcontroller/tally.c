/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See tally.h.
 */
#include "tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <sw/mem.h>

static const struct column {
	const char *name;
	size_t at;
} columns[] = {
#define COLUMN(name)                                 \
	{                                            \
#name, offsetof(struct counts, name) \
	}
	COLUMN(connections),
	COLUMN(received),
	COLUMN(sent),
	COLUMN(packet_ins),
	COLUMN(packet_outs),
	COLUMN(flow_mods),
	COLUMN(flooded),
	COLUMN(dropped),
	COLUMN(cut),
	COLUMN(learned),
	COLUMN(moved),
	COLUMN(errors),
	COLUMN(malformed),
#undef COLUMN
};
#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static uint64_t *count_at(const struct counts *n, size_t column)
{
	return (uint64_t *)((char *)n + columns[column].at);
}

struct tally_switch *tally_of(struct tally *tally, uint64_t dpid)
{
	for (unsigned i = 0; i < tally->n; i++)
		if (tally->switches[i]->dpid == dpid)
			return tally->switches[i];
	if (tally->n == TALLY_MAX)
		return &tally->others;
	tally->switches = sw_xrealloc(tally->switches, tally->n + 1, sizeof(*tally->switches));
	tally->switches[tally->n] = sw_xcalloc(1, sizeof(**tally->switches));
	tally->switches[tally->n]->dpid = dpid;
	return tally->switches[tally->n++];
}

void tally_move(struct counts *from, struct counts *to)
{
	for (size_t i = 0; i < N_COLUMNS; i++) {
		*count_at(to, i) += *count_at(from, i);
		*count_at(from, i) = 0;
	}
}

static void print_counts(const struct counts *n)
{
	for (size_t i = 0; i < N_COLUMNS; i++)
		if (*count_at(n, i))
			printf("    %-12s %" PRIu64 "\n", columns[i].name, *count_at(n, i));
}

static bool is_any(const struct counts *n)
{
	static const struct counts none;

	return memcmp(n, &none, sizeof(none));
}

static void print_text(const struct tally *tally)
{
	printf("%u %s", tally->n, tally->n == 1 ? "switch" : "switches");
	if (tally->refused)
		printf(", %" PRIu64 " connections refused or ended before hello", tally->refused);
	putchar('\n');
	for (unsigned i = 0; i < tally->n; i++) {
		printf("%016" PRIx64 " OpenFlow 1.%u\n", tally->switches[i]->dpid,
			tally->switches[i]->version - 1);
		print_counts(&tally->switches[i]->n);
	}
	if (is_any(&tally->others.n)) {
		puts("others");
		print_counts(&tally->others.n);
	}
}

static json_t *counts_json(const struct counts *n)
{
	json_t *o = json_object();

	for (size_t i = 0; i < N_COLUMNS; i++)
		json_object_set_new(o, columns[i].name, json_integer(*count_at(n, i)));
	return o;
}

static void print_json(const struct tally *tally)
{
	json_t *all = json_array(), *o;
	char dpid[20];

	for (unsigned i = 0; i < tally->n; i++) {
		const struct tally_switch *s = tally->switches[i];

		snprintf(dpid, sizeof(dpid), "%016" PRIx64, s->dpid);
		o = counts_json(&s->n);
		json_object_set_new(o, "dpid", json_string(dpid));
		json_object_set_new(o, "version", json_sprintf("1.%u", s->version - 1));
		json_array_append_new(all, o);
	}
	o = json_pack("{s:o, s:o, s:I}", "switches", all, "others", counts_json(&tally->others.n),
		"refused", (json_int_t)tally->refused);
	json_dumpf(o, stdout, JSON_COMPACT | JSON_SORT_KEYS);
	putchar('\n');
	json_decref(o);
}

void tally_print(const struct tally *tally, bool json)
{
	if (json)
		print_json(tally);
	else
		print_text(tally);
	fflush(stdout);
}

void tally_fini(struct tally *tally)
{
	for (unsigned i = 0; i < tally->n; i++)
		free(tally->switches[i]);
	free(tally->switches);
	*tally = (struct tally){ 0 };
}
