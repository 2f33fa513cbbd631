/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks rules and rules-files: rules that are to persist are stored, and what was stored came back; packets meet them.
 */
#include "doctor.h"

#include <string.h>

#define ASIDE "rules-damaged."
#define IDLE  "rules-not-looked-at"

static bool check_bridge(struct exam *e, const json_t *bridge)
{
	const json_t *status = json_object_get(bridge, "status");
	const char *name = exam_text(bridge, "name"), *state = exam_text(status, "persist-rules");

	if (!strcmp(state, "failed")) {
		check_fail(e, "bridge %s: what rules are in force is not stored: %s", name,
			exam_text(status, "persist-fault"));
		check_fix(e,
			"df -h %s; mount -o remount,rw (if its file system is read-only): it is tried "
			"again by itself, swctl get bridge %s status",
			e->boot.state_dir, name);
	}
	if (json_object_get(status, IDLE)) {
		check_warn(e, "bridge %s is a cross-connect: no packet meets its %s rules", name,
			exam_text(status, IDLE));
		check_fix(e,
			"swctl remove bridge %s other_config cross-connect (its rules rule), or: swctl "
			"rule del %s",
			name, name);
	}
	return *state;
}

static void check_aside(struct exam *e)
{
	json_t *names = fact_list(&e->facts, "%s", e->boot.state_dir), *name;
	size_t i;

	json_array_foreach (names, i, name) {
		const char *file = json_string_value(name);

		if (strncmp(file, ASIDE, strlen(ASIDE)))
			continue;
		check_warn(e,
			"not all stored rules of bridge %s came back: the file is kept as %s/%s",
			strchr(file + strlen(ASIDE), '.') + 1, e->boot.state_dir, file);
		check_fix(e,
			"swctl log show (what could not be put in); make it again where it is "
			"missing, then: rm %s/%s",
			e->boot.state_dir, file);
	}
	json_decref(names);
	if (!check_found(e))
		check_pass(e, "none was put aside");
}

static void check_rules(struct exam *e)
{
	unsigned n = 0;
	json_t *bridge;
	size_t i;

	json_array_foreach (exam_ask(e, "list bridge"), i, bridge)
		n += check_bridge(e, bridge);
	if (!check_found(e))
		check_pass(e, "rules of %u bridges persist, and are stored", n);
}

SW_REGISTER(check, rules) = {
	.name = "rules",
	.help = "rules that persist are stored; a cross-connect has none that nothing looks at",
	.group = CHECK_SWITCH,
	.asks = true,
	.run = check_rules,
};
SW_REGISTER(check, rules_files) = {
	.name = "rules-files",
	.help = "stored rules came back whole",
	.group = CHECK_FILES,
	.run = check_aside,
};
