/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz target: the first byte says what the rest is the text of: a rule for one of the verbs, a line of a file, a
 * list of actions, a group, a meter. What is read must be printed as a text that reads back the same; what is
 * refused must say why.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/group.h>
#include <sw/meter.h>
#include <sw/reg.h>
#include <sw/rule_text.h>
#include <sw/text.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static bool same_rule(const struct sw_rule_conf *a, const struct sw_rule_conf *b)
{
	return a->table == b->table && a->flags == b->flags && a->priority == b->priority &&
	       a->idle_timeout == b->idle_timeout && a->hard_timeout == b->hard_timeout &&
	       a->importance == b->importance && a->cookie == b->cookie &&
	       !memcmp(&a->match, &b->match, sizeof(a->match));
}

static void rule_read(struct sw_rule_change *c)
{
	struct sw_rule_change again;
	struct sw_str text = { 0 };

	if (c->verb == SW_RULE_ADD) {
		sw_rule_print(&c->conf, NULL, 0, SW_RULE_SHOW_RULE, &text);
		require(!sw_rule_parse(text.s, SW_RULE_ADD, &again, NULL));
		require(same_rule(&c->conf, &again.conf));
		sw_instructions_fini(&again.conf.does);
		free(text.s);
	}
	sw_instructions_fini(&c->conf.does);
}

static int rule(const char *text, unsigned verb, struct sw_err *err)
{
	struct sw_rule_change c;
	int rc = verb > SW_RULE_DELETE_STRICT ? sw_rule_parse_line(text, &c, err)
					      : sw_rule_parse(text, verb, &c, err);

	if (!rc)
		rule_read(&c);
	return rc;
}

/* A meter that is an action and comes first reads back as the instruction; so a list by itself. */
static int actions(const char *text, struct sw_err *err)
{
	struct sw_actions *list, *again;
	struct sw_match match = { 0 };
	struct sw_str out = { 0 };
	int rc = sw_actions_parse(text, &list, err);

	if (rc)
		return rc;
	sw_actions_print(list, &out);
	require(!sw_actions_parse(out.s, &again, NULL));
	require(sw_actions_equal(list, again));
	sw_actions_check(list, &match, NULL);
	sw_actions_check_set(list, NULL);
	sw_actions_free(list);
	sw_actions_free(again);
	free(out.s);
	return 0;
}

static int group(const char *text, enum sw_group_verb verb, struct sw_err *err)
{
	struct sw_group_change c, again;
	struct sw_str out = { 0 };
	int rc = sw_group_parse(text, verb, &c, err);

	if (rc)
		return rc;
	if (verb == SW_GROUP_ADD) {
		sw_group_print(&c.conf, &out);
		require(!sw_group_parse(out.s, verb, &again, NULL));
		require(sw_group_equal(&c.conf, &again.conf));
		sw_group_fini(&again.conf);
		free(out.s);
	}
	sw_group_fini(&c.conf);
	return 0;
}

static int meter(const char *text, struct sw_err *err)
{
	struct sw_meter_conf conf, again;
	struct sw_str out = { 0 };
	int rc = sw_meter_parse(text, &conf, err);

	if (rc)
		return rc;
	sw_meter_print(&conf, &out);
	require(!sw_meter_parse(out.s, &again, NULL));
	require(sw_meter_equal(&conf, &again));
	sw_meter_fini(&again);
	sw_meter_fini(&conf);
	free(out.s);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_err err = { 0 };
	char *text;
	int rc;

	if (!size || sw_reg_seal(&err))
		return 0;
	text = strndup((const char *)data + 1, size - 1);
	switch (data[0]) {
	case 'a':
		rc = actions(text, &err);
		break;
	case 'g':
	case 'h':
		rc = group(text, data[0] == 'g' ? SW_GROUP_ADD : SW_GROUP_INSERT_BUCKETS, &err);
		break;
	case 'm':
		rc = meter(text, &err);
		break;
	default:
		rc = rule(text, data[0] % (SW_RULE_DELETE_STRICT + 2), &err);
	}
	require(!rc == !err.text[0]);
	free(text);
	return 0;
}
