/* SPDX-License-Identifier: BSD-3-Clause */
/* See persist_rig.h. */
#include "persist_rig.h"

#include "ctltest.h"
#include "testswitch.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sw/bridge.h>
#include <sw/groups.h>
#include <sw/meters.h>
#include <sw/post.h>
#include <sw/rule.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "../../src/ctl/store.h"

#define ROUNDS 1000000

int rig_setup(void **state)
{
	ts_start(1);
	ct_start();
	ct_bridge("br0");
	ct_ok("add-port br0 p1 -- set interface p1 type=dummy ofport_request=1 -- "
	      "add-port br0 p2 -- set interface p2 type=dummy ofport_request=2 -- "
	      "set bridge br0 other_config:persist-rules=true");
	return 0;
}

int rig_teardown(void **state)
{
	ct_stop();
	ts_stop();
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct lines {
	char **line;
	size_t n;
};

static void add_line(struct lines *l, struct sw_str *text)
{
	l->line = realloc(l->line, (l->n + 1) * sizeof(l->line[0]));
	l->line[l->n++] = text->s;
	*text = (struct sw_str){ 0 };
}

static void sort_into(struct sw_str *out, struct lines *l)
{
	if (l->n)
		qsort(l->line, l->n, sizeof(l->line[0]), by_text);
	for (size_t i = 0; i < l->n; i++) {
		sw_str_add(out, "%s\n", l->line[i]);
		free(l->line[i]);
	}
	free(l->line);
}

char *rig_tables(void)
{
	struct sw_bridge *bridge = sw_bridge_by_name("br0");
	struct sw_str out = { 0 }, text = { 0 };
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *rule;
	const struct sw_group *g;
	const struct sw_meter *m;
	struct lines lines = { 0 };

	while ((rule = sw_rules_next(sw_bridge_rules(bridge), &cursor, NULL))) {
		struct sw_rule_conf conf;

		sw_rule_get(rule, &conf);
		sw_rule_print(&conf, NULL, 0, SW_RULE_SHOW_RULE, &text);
		add_line(&lines, &text);
	}
	sort_into(&out, &lines);
	for (int64_t id = -1; (g = sw_groups_next(sw_bridge_groups(bridge), id));
		id = sw_group_conf(g)->id) {
		sw_group_print(sw_group_conf(g), &out);
		sw_str_add(&out, "\n");
	}
	for (int64_t id = -1; (m = sw_meters_next(sw_bridge_meters(bridge), id));
		id = sw_meter_conf(m)->id) {
		sw_meter_print(sw_meter_conf(m), &out);
		sw_str_add(&out, "\n");
	}
	return out.s ? out.s : strdup("");
}

bool rig_has(const char *part)
{
	char *tables = rig_tables();
	bool has = strstr(tables, part);

	free(tables);
	return has;
}

void rig_expect(const char *tables)
{
	char *now = rig_tables();
	size_t at = 0;

	while (now[at] && now[at] == tables[at])
		at++;
	while (at && now[at - 1] != '\n')
		at--;
	if (strcmp(now, tables))
		fail_msg("the tables say\n%.600s\nand not\n%.600s", now + at, tables + at);
	free(now);
}

static void path_of(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/%s", ct_dir(), name);
}

long rig_file(const char *name)
{
	char path[128];
	struct stat st;

	path_of(path, sizeof(path), name);
	return stat(path, &st) ? -1 : st.st_size;
}

static char *noted;
static long noted_size;

void rig_note_disk(void)
{
	char path[128];
	int fd;

	path_of(path, sizeof(path), "rules.br0");
	fd = open(path, O_RDONLY);
	noted_size = lseek(fd, 0, SEEK_END);
	noted = malloc(noted_size);
	assert_int_equal(pread(fd, noted, noted_size, 0), noted_size);
	close(fd);
}

void rig_crash(void)
{
	char path[128];
	struct sw_err err;
	int fd;

	if (!noted)
		rig_note_disk();
	store_close();
	path_of(path, sizeof(path), "rules.br0");
	fd = open(path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, noted, noted_size), noted_size);
	close(fd);
	free(noted);
	noted = NULL;
	assert_int_equal(store_open(ct_dir(), &err), 0);
	ct_settle();
}

unsigned rig_count_rules(void)
{
	struct sw_rule_table_stats stats;

	sw_rules_table_stats(sw_bridge_rules(sw_bridge_by_name("br0")), 0, &stats);
	return stats.rules;
}

enum persist_state rig_health(void)
{
	struct persist_health health;

	persist_health(persist_of(sw_bridge_by_name("br0")), &health);
	return health.state;
}

void rig_stored(void)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (rig_health() == PERSIST_STORED)
			return;
		sw_post_run();
		usleep(20); /* the job thread's turn */
	}
	fail_msg("it is never stored");
}
