/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Table Flow_Table, and the column of Bridge that says which table of rules a row is about, under OVS's names and meanings
 * (ovs-vswitchd.conf.db(5)). They are put in force by of/table_rows.c.
 */
#include <sw/table.h>

#include <string.h>

#include <sw/err.h>
#include <sw/rule.h>

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
	.help = "refuse: no rule is added to a full table. evict: of the rules with a timeout, the one of the lowest importance goes, of "
		"these the one that would be over first. Empty: overflow-policy of the bridge. A table evicts, too, when a controller "
		"asks for it (ovs-ofctl mod-table)",
	.type = SW_OPTIONAL(STRING),
	.words = policies,
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
