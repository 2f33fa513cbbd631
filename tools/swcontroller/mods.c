/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See mods.h. The layouts are 1.0, 5.3.3, and 1.3.5, 7.3.4.1.
 */
#include "mods.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/rule_text.h>

#include "../../src/ctl/of/action/instruction.h"
#include "../../src/ctl/of/codec/head.h"
#include "../../src/ctl/of/codec/match.h"
#include "../../src/ctl/of/codec/port.h"

#define OFPT_FLOW_MOD 14
enum { OFPFF_CHECK_OVERLAP = 2, OFPFF_RESET_COUNTS = 4 };

static const uint8_t commands[] = {
	[SW_RULE_ADD] = 0,
	[SW_RULE_MODIFY] = 1,
	[SW_RULE_MODIFY_STRICT] = 2,
	[SW_RULE_DELETE] = 3,
	[SW_RULE_DELETE_STRICT] = 4,
};

/* --- flow-mods ------------------------------------------------------------------------------------------- */

void mods_begin(struct sw_rule_change *change, enum sw_rule_verb verb, uint16_t priority)
{
	memset(change, 0, sizeof(*change));
	change->verb = verb;
	change->conf.priority = priority;
	change->conf.cookie = MODS_COOKIE;
	change->conf.does.goto_table = -1;
	change->out_port = change->out_group = SW_OFPP_ANY;
}

static bool is_delete(const struct sw_rule_change *change)
{
	return change->verb == SW_RULE_DELETE || change->verb == SW_RULE_DELETE_STRICT;
}

/* What is left out when it is written was not to be said. */
static bool put_list(struct of_buf *out, const struct sw_actions *list, uint8_t version)
{
	for (unsigned i = 0; list && i < list->n; i++) {
		size_t before = out->len;

		of_put_action(out, &list->a[i], version);
		if (out->len == before)
			return false;
	}
	return true;
}

static bool says_all(const struct sw_instructions *does, uint8_t version)
{
	struct of_buf b = { 0 };
	bool all = put_list(&b, does->apply, version) && put_list(&b, does->write, version);

	of_buf_fini(&b);
	if (version != OF10)
		return all;
	return all && !does->meter && !does->clear && !does->write && !does->metadata_mask &&
	       does->goto_table < 0;
}

static uint16_t flags_of(const struct sw_rule_change *change, uint8_t version)
{
	uint16_t flags = change->conf.flags;

	if (change->check_overlap)
		flags |= OFPFF_CHECK_OVERLAP;
	if (change->reset_counts && version != OF10)
		flags |= OFPFF_RESET_COUNTS;
	return flags;
}

static bool put10(struct of_buf *out, const struct sw_rule_change *change, uint32_t buffer)
{
	const struct sw_rule_conf *conf = &change->conf;
	bool fits = conf->table == 0 || (conf->table == SW_TABLE_ALL && is_delete(change));

	if (!of_put_match10(out, &conf->match) || !fits || change->cookie_mask ||
		flags_of(change, OF10) > 3)
		return false;
	of_put_u64(out, conf->cookie);
	of_put_u16(out, commands[change->verb]);
	of_put_u16(out, conf->idle_timeout);
	of_put_u16(out, conf->hard_timeout);
	of_put_u16(out, conf->priority);
	of_put_u32(out, buffer);
	of_put_u16(out, of_port_to16(change->out_port));
	of_put_u16(out, flags_of(change, OF10));
	return true;
}

static bool put13(struct of_buf *out, const struct sw_rule_change *change, uint32_t buffer)
{
	const struct sw_rule_conf *conf = &change->conf;

	of_put_u64(out, change->verb == SW_RULE_ADD ? conf->cookie : change->cookie);
	of_put_u64(out, change->cookie_mask);
	of_put_u8(out, conf->table);
	of_put_u8(out, commands[change->verb]);
	of_put_u16(out, conf->idle_timeout);
	of_put_u16(out, conf->hard_timeout);
	of_put_u16(out, conf->priority);
	of_put_u32(out, buffer);
	of_put_u32(out, change->out_port);
	of_put_u32(out, change->out_group);
	of_put_u16(out, flags_of(change, OF13));
	of_put_u16(out, 0);
	of_put_match(out, &conf->match, OF13);
	return true;
}

bool mods_put(
	struct of_buf *out, const struct sw_rule_change *change, uint8_t version, uint32_t buffer)
{
	size_t at = of_begin(out, version, OFPT_FLOW_MOD, 0);

	if (!says_all(&change->conf.does, version) ||
		!(version == OF10 ? put10 : put13)(out, change, buffer)) {
		out->len = at;
		return false;
	}
	if (!is_delete(change))
		of_put_instructions(out, &change->conf.does, version);
	if (out->len - at > OF_MESSAGE_MAX) {
		out->len = at;
		return false;
	}
	of_end(out, at);
	return true;
}

/* --- files ----------------------------------------------------------------------------------------------- */

static bool can_say(const struct sw_rule_change *change, uint32_t versions)
{
	struct of_buf b = { 0 };
	bool can = (versions & OF_V13 && mods_put(&b, change, OF13, NO_BUFFER)) ||
		   (versions & OF_V10 && mods_put(&b, change, OF10, NO_BUFFER));

	of_buf_fini(&b);
	return can;
}

static int read_line(struct mods *mods, const char *text, uint32_t versions, struct sw_err *err)
{
	struct mods_line *line;
	struct sw_rule_change change;
	int rc = sw_rule_parse_line(text, &change, err);

	if (rc)
		return rc;
	if (!can_say(&change, versions)) {
		sw_instructions_fini(&change.conf.does);
		rc = sw_err_set(err, SW_CODE_INVALID, "the rule cannot be said in %s",
			versions == OF_V10 ? "OpenFlow 1.0" : "OpenFlow 1.3");
		if (versions == OF_V10)
			sw_err_hint(err, "leave --protocols out: most switches speak OpenFlow 1.3");
		return rc;
	}
	mods->lines = sw_xrealloc(mods->lines, mods->n + 1, sizeof(*mods->lines));
	line = &mods->lines[mods->n++];
	*line = (struct mods_line){ .change = change };
	return 0;
}

/* Without comment and white space around it. */
static char *trim(char *text)
{
	size_t len;

	text[strcspn(text, "#\r\n")] = '\0';
	text += strspn(text, " \t");
	for (len = strlen(text); len && strchr(" \t", text[len - 1]);)
		text[--len] = '\0';
	return text;
}

int mods_read(struct mods *mods, const char *file, uint32_t versions, struct sw_err *err)
{
	FILE *in = fopen(file, "re");
	char *text = NULL, *rule;
	unsigned line = 0;
	size_t size = 0;
	int rc = 0;

	if (!in)
		return sw_err_set(err, SW_CODE_DEVICE, "--with-flows: %s cannot be read: %s", file,
			strerror(errno));
	while (!rc && getline(&text, &size, in) > 0) {
		line++;
		rule = trim(text);
		if (!*rule)
			continue;
		rc = read_line(mods, rule, versions, err);
		if (rc) {
			sw_err_prefix(err, "%s, line %u", file, line);
			break;
		}
		mods->lines[mods->n - 1].file = file;
		mods->lines[mods->n - 1].line = line;
	}
	if (!rc && ferror(in))
		rc = sw_err_set(err, SW_CODE_DEVICE, "--with-flows: %s cannot be read: %s", file,
			strerror(errno));
	free(text);
	fclose(in);
	return rc;
}

void mods_fini(struct mods *mods)
{
	for (unsigned i = 0; i < mods->n; i++)
		sw_instructions_fini(&mods->lines[i].change.conf.does);
	free(mods->lines);
	*mods = (struct mods){ 0 };
}
