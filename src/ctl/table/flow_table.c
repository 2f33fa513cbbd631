/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Table Flow_Table, and the column of Bridge that says which table of rules a row is about, under OVS's names and meanings
 * (ovs-vswitchd.conf.db(5)). They are put in force by of/table_rows.c.
 */
#include <sw/table.h>

#include <string.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/rule_table.h>

#define NAME_MAX_BYTES 31 /* OFP_MAX_TABLE_NAME_LEN with its NUL */

static const char *const policies[] = { "refuse", "evict", NULL };

static int check_name(const char *text, struct sw_err *err)
{
	size_t len = strlen(text);
	int rc;

	if (len && len <= NAME_MAX_BYTES)
		return 0;
	rc = sw_err_set(
		err, SW_CODE_INVALID, "the name of a table of rules cannot have %zu bytes", len);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "1 to %d bytes, as OpenFlow carries them", NAME_MAX_BYTES);
	if (!len)
		sw_err_hint(err, "swctl clear flow_table RECORD name takes a name away");
	return rc;
}

static int check_group(const char *text, struct sw_err *err)
{
	struct sw_bits bits;
	int rc = sw_bits_parse(text, &bits, err);

	if (rc && err && !*err->allowed)
		sw_err_allowed(err,
			"FIELD[] or FIELD[FIRST..LAST], FIELD as ovs-fields(7) calls it: NXM_OF_IN_PORT[]");
	return rc;
}

SW_REGISTER(table, flow_table) = {
	.name = "Flow_Table",
	.help = "a table of rules of a bridge: its name, how many rules it takes, and what happens when it is full",
	.label = "Flow_Table.name",
};
SW_REGISTER(column, flow_table_name) = {
	.name = "Flow_Table.name",
	.help = "the name that controllers and rule tables show, in place of one that a controller gave. It changes nothing "
		"else; a record may be called by it, where no other has the same",
	.type = SW_OPTIONAL(STRING),
	.check = check_name,
};
SW_REGISTER(column, flow_table_flow_limit) = {
	.name = "Flow_Table.flow_limit",
	.help = "rules in the table at most; empty: table-rules-max of the bridge. Where it falls below what is there, a table that evicts "
		"loses those that are too many, and in others they stay",
	.type = SW_OPTIONAL(INTEGER),
	.max = 16000000,
};
SW_REGISTER(column, flow_table_overflow_policy) = {
	.name = "Flow_Table.overflow_policy",
	.help = "refuse: no rule is added to a full table. evict: of the rules with a timeout, one of the largest group goes (groups), there the "
		"one of the lowest importance, of these the one that would be over first. Empty: overflow-policy of the bridge. A table "
		"evicts, too, when a controller asks for it (ovs-ofctl mod-table)",
	.type = SW_OPTIONAL(STRING),
	.words = policies,
};
SW_REGISTER(column, flow_table_groups) = {
	.name = "Flow_Table.groups",
	.help = "fields or bits of them, as NXM_OF_IN_PORT[] or ip_src[16..31]: rules with a timeout that have the same values there are a group. A table "
		"that evicts takes from the largest, so that nobody can drive the rules of others out. What a rule says nothing of is 0. "
		"Empty: all are one group",
	.type = SW_SET(STRING, SW_TABLE_GROUPS),
	.check = check_group,
};
SW_REGISTER(column, flow_table_external_ids) = {
	.name = "Flow_Table.external_ids",
	.help = "keys and values of other programs; the switch only keeps them",
	.type = SW_MAP,
	.flags = SW_COL_ANY_KEY,
};
SW_REGISTER(column, bridge_flow_tables) = {
	.name = "Bridge.flow_tables",
	.help = "settings of single tables of rules, by the numbers of these; of the others those of the bridge hold",
	.type = { SW_ATOM_INTEGER, SW_ATOM_UUID, 0, SW_TABLES },
	.max = SW_TABLES - 1,
	.ref = "Flow_Table",
};
