/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Instructions of rules, counted: rules that do the same share theirs, of whatever bridge they are.
 *
 * Control thread only.
 */
#include "code.h"

#include <stdlib.h>
#include <string.h>

#include <sw/group.h>
#include <sw/mem.h>

#include "../exec/code.h"
#include "clause.h"
#include "uses.h"

#define CHAINS 65536

static struct rule_code *chains[CHAINS];

/* One that does the same, or NULL. */
static struct rule_code *find_same(const struct sw_instructions *does, uint32_t hash)
{
	struct rule_code *code = chains[hash % CHAINS];

	while (code && (code->hash != hash || !sw_instructions_equal(&code->does, does)))
		code = code->next;
	return code;
}

struct rule_code *rule_code_create(struct sw_instructions *does, struct code *ops)
{
	uint32_t hash = code_hash(ops) ^ does->meter * 0x9e3779b1u;
	struct rule_code *code = find_same(does, hash), **chain = &chains[hash % CHAINS];

	if (code) {
		sw_instructions_fini(does);
		code_destroy(ops);
		code->refs++;
	} else {
		code = sw_xcalloc(1, sizeof(*code));
		*code = (struct rule_code){
			.refs = 1, .hash = hash, .next = *chain, .ops = ops, .does = *does
		};
		rule_uses_find(code);
		rule_clauses_find(code);
		*chain = code;
	}
	memset(does, 0, sizeof(*does));
	does->goto_table = -1;
	return code;
}

struct rule_code *rule_code_take(struct rule_code *code)
{
	code->refs++;
	return code;
}

void rule_code_put(struct rule_code *code)
{
	struct rule_code **at = &chains[code->hash % CHAINS];

	if (--code->refs)
		return;
	while (*at != code)
		at = &(*at)->next;
	*at = code->next;
	sw_instructions_fini(&code->does);
	code_destroy(code->ops);
	free(code->uses);
	free(code->clauses);
	free(code);
}

struct rule_code *rule_code_last(const struct sw_rule *rule)
{
	return rule->changed ? rule->changed->code : rule->code;
}

/* What is looked for in lists of actions. */
struct wanted {
	const char *type;
	bool (*is)(const struct sw_action *a, uint32_t id);
	uint32_t id;
};

static bool in_list(const struct sw_actions *list, const struct wanted *w)
{
	for (unsigned i = 0; list && i < list->n; i++) {
		const struct sw_action *a = &list->a[i];

		if (!strcmp(a->type->name, w->type) && w->is(a, w->id))
			return true;
		if (!strcmp(a->type->name, "clone") && in_list(a->nested.list, w))
			return true;
	}
	return false;
}

static bool in_code(const struct rule_code *code, const struct wanted *w)
{
	return in_list(code->does.apply, w) || in_list(code->does.write, w);
}

static bool is_port(const struct sw_action *a, uint32_t port)
{
	return a->output.port == port;
}

static bool is_queue_port(const struct sw_action *a, uint32_t port)
{
	return a->enqueue.port == port;
}

static bool is_group(const struct sw_action *a, uint32_t id)
{
	return a->id == id || id == SW_GROUP_ALL;
}

bool rule_code_outputs(const struct rule_code *code, uint32_t port)
{
	return port == SW_OFPP_ANY || in_code(code, &(struct wanted){ "output", is_port, port }) ||
	       in_code(code, &(struct wanted){ "enqueue", is_queue_port, port });
}

bool rule_code_groups(const struct rule_code *code, uint32_t group)
{
	return group == SW_OFPP_ANY || in_code(code, &(struct wanted){ "group", is_group, group });
}
