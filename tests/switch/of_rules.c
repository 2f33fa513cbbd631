/* SPDX-License-Identifier: BSD-3-Clause */
/* See of_rules.h. Flow stats are taken apart by hand here, not by the decoder under test. */
#include "of_rules.h"

#include <sw/err.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "../../src/ctl/of/action/instruction.h"
#include "../../src/ctl/of/codec/head.h"
#include "../../src/ctl/of/codec/match.h"
#include "../../src/ctl/of/codec/port.h"

#define XID 0x77

static const enum sw_rule_verb verbs[] = { SW_RULE_ADD, SW_RULE_MODIFY, SW_RULE_MODIFY_STRICT,
	SW_RULE_DELETE, SW_RULE_DELETE_STRICT };

static uint16_t flags_of(const struct sw_rule_change *change, uint8_t version)
{
	uint16_t flags = change->check_overlap ? 2 : 0;

	if (change->conf.flags & SW_RULE_SEND_REMOVED)
		flags |= 1;
	if (version == OF10)
		return flags;
	flags |= change->reset_counts ? 4 : 0;
	return flags | (change->conf.flags & (SW_RULE_NO_PACKET_COUNTS | SW_RULE_NO_BYTE_COUNTS));
}

static void put10(struct of_buf *out, const struct sw_rule_change *change, unsigned command)
{
	of_put_u64(out, change->conf.cookie);
	of_put_u16(out, (change->conf.table & 0xff) << 8 | command);
	of_put_u16(out, change->conf.idle_timeout);
	of_put_u16(out, change->conf.hard_timeout);
	of_put_u16(out, change->conf.priority);
	of_put_u32(out, UINT32_MAX);
	of_put_u16(out, of_port_to16(change->out_port));
	of_put_u16(out, flags_of(change, OF10));
}

static void put_oxm(
	struct of_buf *out, const struct sw_rule_change *change, unsigned command, uint8_t version)
{
	of_put_u64(out, command == OR_ADD ? change->conf.cookie : change->cookie);
	of_put_u64(out, change->cookie_mask);
	of_put_u8(out, change->conf.table);
	of_put_u8(out, command);
	of_put_u16(out, change->conf.idle_timeout);
	of_put_u16(out, change->conf.hard_timeout);
	of_put_u16(out, change->conf.priority);
	of_put_u32(out, UINT32_MAX);
	of_put_u32(out, change->out_port);
	of_put_u32(out, change->out_group);
	of_put_u16(out, flags_of(change, version));
	of_put_u16(out, version >= OF14 ? change->conf.importance : 0);
	of_put_match(out, &change->conf.match, version);
}

void or_put_flow_mod(struct of_buf *out, uint8_t version, bool nxm, uint32_t xid, unsigned command,
	const char *text)
{
	struct sw_rule_change change;
	struct sw_err err;
	size_t at, len;

	if (sw_rule_parse(text, verbs[command], &change, &err))
		fail_msg("%s: %s", text, err.text);
	if (nxm)
		at = of_begin_experimenter(out, version, xid, OF_NICIRA, 13);
	else
		at = of_begin(out, version, 14, xid);
	if (nxm) {
		put10(out, &change, command);
		len = out->len;
		of_room(out, 8);
		of_patch_u16(out, len, of_put_nxm(out, &change.conf.match));
	} else if (version == OF10) {
		of_put_match10(out, &change.conf.match);
		put10(out, &change, command);
	} else {
		put_oxm(out, &change, command, version);
	}
	of_put_instructions(out, &change.conf.does, version);
	of_end(out, at);
	sw_instructions_fini(&change.conf.does);
}

void or_flow_mod(int fd, uint8_t version, unsigned command, const char *text)
{
	struct of_buf buf = { 0 };

	or_put_flow_mod(&buf, version, version == OF10, XID, command, text);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

/* --- flow stats back ----------------------------------------------------------------------------------------- */

static void read_oxm(struct of_cursor *c, struct sw_rule_conf *conf, uint8_t version)
{
	conf->table = of_u8(c);
	of_skip(c, 9);
	conf->priority = of_u16(c);
	conf->idle_timeout = of_u16(c);
	conf->hard_timeout = of_u16(c);
	conf->flags = of_u16(c);
	conf->importance = of_u16(c);
	of_skip(c, 2);
	conf->cookie = of_u64(c);
	of_skip(c, 16);
	assert_int_equal(of_get_match(c, &conf->match), OF_FINE);
}

static void read_desc(struct of_cursor *c, struct sw_rule_conf *conf)
{
	struct of_cursor stats;
	uint16_t len;

	of_skip(c, 2);
	conf->table = of_u8(c);
	of_skip(c, 1);
	conf->priority = of_u16(c);
	conf->idle_timeout = of_u16(c);
	conf->hard_timeout = of_u16(c);
	conf->flags = of_u16(c);
	conf->importance = of_u16(c);
	conf->cookie = of_u64(c);
	assert_int_equal(of_get_match(c, &conf->match), OF_FINE);
	of_skip(c, 2);
	len = of_u16(c);
	stats = of_sub(c, len - 4);
	assert_int_equal(of_left(&stats), 4 * 12);
	of_skip(c, -len & 7);
}

static void read_nxm(struct of_cursor *c, struct sw_rule_conf *conf)
{
	uint16_t len;

	conf->table = of_u8(c);
	of_skip(c, 9);
	conf->priority = of_u16(c);
	conf->idle_timeout = of_u16(c);
	conf->hard_timeout = of_u16(c);
	len = of_u16(c);
	of_skip(c, 4);
	conf->cookie = of_u64(c);
	of_skip(c, 16);
	assert_int_equal(of_get_nxm(c, len, &conf->match, NULL), OF_FINE);
}

static void read_10(struct of_cursor *c, struct sw_rule_conf *conf)
{
	conf->table = of_u8(c);
	of_skip(c, 1);
	assert_int_equal(of_get_match10(c, &conf->match), OF_FINE);
	of_skip(c, 8);
	conf->priority = of_u16(c);
	conf->idle_timeout = of_u16(c);
	conf->hard_timeout = of_u16(c);
	of_skip(c, 6);
	conf->cookie = of_u64(c);
	of_skip(c, 16);
}

struct lines {
	char **line;
	unsigned n;
};

static void add_entry(struct lines *l, struct of_cursor *c, uint8_t version, bool nxm)
{
	struct sw_rule_conf conf = { .does.goto_table = -1 };
	struct sw_str s = { 0 };
	struct of_cursor entry = *c;
	uint16_t len = of_u16(&entry);

	assert_true(len > 2);
	entry = of_sub(c, len);
	of_skip(&entry, 2);
	assert_false(entry.over);
	if (nxm)
		read_nxm(&entry, &conf);
	else if (version == OF10)
		read_10(&entry, &conf);
	else if (version < OF15)
		read_oxm(&entry, &conf, version);
	else
		read_desc(&entry, &conf);
	assert_false(entry.over);
	assert_int_equal(of_get_instructions(entry, version, &conf.does), OF_FINE);
	sw_rule_print(&conf, NULL, 0, SW_RULE_SHOW_RULE, &s);
	sw_instructions_fini(&conf.does);
	l->line = realloc(l->line, (l->n + 1) * sizeof(char *));
	l->line[l->n++] = s.s;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *join(struct lines *l)
{
	struct sw_str s = { 0 };

	sw_str_add(&s, "%s", "");
	if (l->n)
		qsort(l->line, l->n, sizeof(char *), by_text);
	for (unsigned i = 0; i < l->n; i++) {
		sw_str_add(&s, "%s\n", l->line[i]);
		free(l->line[i]);
	}
	free(l->line);
	return s.s;
}

char *or_dump(int fd, uint8_t version, bool nxm)
{
	struct lines l = { 0 };
	const struct op_message *m;
	bool more;

	if (nxm)
		op_say(fd, version, 16, XID,
			"ffff0000 00002320 00000000 00000000 ffff 0000 ff 000000");
	else if (version == OF10)
		op_say(fd, version, 16, XID,
			"00010000 003fffff 0000 000000000000 000000000000 0000 00 00 0000 00 00 0000"
			"00000000 00000000 0000 0000 ff 00 ffff");
	else
		op_say(fd, version, 18, XID,
			"00010000 00000000 ff000000 ffffffff ffffffff 00000000 0000000000000000"
			"0000000000000000 0001 0004 00000000");
	do {
		struct of_cursor c;

		m = op_hear_type(fd, version == OF10 ? 17 : 19);
		assert_int_equal(m->xid, XID);
		c = of_cursor(m->body, m->len);
		of_skip(&c, 2);
		more = of_u16(&c) & 1;
		of_skip(&c, nxm ? 12 : version == OF10 ? 0 : 4);
		while (of_left(&c))
			add_entry(&l, &c, version, nxm);
	} while (more);
	return join(&l);
}

void or_expect(int fd, uint8_t version, const char *lines)
{
	char *got = or_dump(fd, version, version == OF10), *copy = strdup(lines), *want, *p = copy;
	struct lines l = { 0 };
	char *line;

	while ((line = strsep(&p, "\n"))) {
		if (!*line)
			continue;
		l.line = realloc(l.line, (l.n + 1) * sizeof(char *));
		l.line[l.n++] = strdup(line);
	}
	want = join(&l);
	assert_string_equal(got, want);
	free(want);
	free(copy);
	free(got);
}

void or_clear(int fd, uint8_t version)
{
	or_flow_mod(fd, version, OR_DELETE, "");
	or_expect(fd, version, "");
}

int or_dial(uint8_t version)
{
	int fd = op_dial_as("br0", version);

	if (version == OF10)
		op_say(fd, version, 4, 1, "00002320 0000000f 01 00000000000000");
	or_clear(fd, version);
	return fd;
}
