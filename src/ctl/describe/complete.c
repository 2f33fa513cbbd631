/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which words may come next: options, the rest of a command's name, or what its usage has at that place.
 * An argument in brackets may be left out, one with "..." may come again, so several places of the usage
 * may be meant at once: they are kept as a set.
 *
 * Control thread. A request costs as much as what it lists: at most COMPLETE_MAX words.
 */
#include "complete.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/cmd.h>
#include <sw/mem.h>
#include <sw/text.h>
#include <sw/words.h>

#include "../draft.h"
#include "../store.h"

#define PLACES_MAX 16

/* A usage taken apart. */
struct usage {
	char *text;
	unsigned n;
	struct place {
		const char *name;
		bool optional, repeats;
	} place[PLACES_MAX];
};

static bool is_listed(const struct complete *c, const char *word)
{
	json_t *one;
	size_t i;

	json_array_foreach (c->out, i, one)
		if (!strcmp(json_string_value(json_object_get(one, "word")), word))
			return true;
	return false;
}

void complete_add(struct complete *c, const char *help, const char *fmt, ...)
{
	char word[512];
	int len = snprintf(word, sizeof(word), "%.128s", c->prefix);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(word + len, sizeof(word) - len, fmt, ap);
	va_end(ap);
	if (strncmp(word, c->partial, strlen(c->partial)) ||
		json_array_size(c->out) >= COMPLETE_MAX)
		return;
	/* two descriptors may have the same option; names in use, which may be many, differ */
	if (*help && is_listed(c, word))
		return;
	json_array_append_new(c->out, json_pack("{s:s, s:s}", "word", word, "help", help));
}

/* "[COLUMN[:KEY]=VALUE]..." is COLUMN[:KEY]=VALUE, optional, repeating. */
static void read_place(struct place *p, char *word)
{
	size_t len = strlen(word);

	*p = (struct place){ .name = word };
	if (len > 3 && !strcmp(word + len - 3, "...")) {
		p->repeats = true;
		word[len -= 3] = '\0';
	}
	if (len > 2 && *word == '[' && word[len - 1] == ']') {
		p->optional = true;
		word[len - 1] = '\0';
		p->name = word + 1;
	}
}

static void usage_init(struct usage *u, const char *text)
{
	char *save = NULL;

	u->text = sw_xstrdup(text ? text : "");
	u->n = 0;
	for (char *word = strtok_r(u->text, " ", &save); word && u->n < PLACES_MAX;
		word = strtok_r(NULL, " ", &save))
		read_place(&u->place[u->n++], word);
}

/* The places that may come next once those of `set` may have: what is optional may be skipped. */
static unsigned skip_optional(const struct usage *u, unsigned set)
{
	for (unsigned i = 0; i < u->n; i++)
		if (set & 1u << i && u->place[i].optional)
			set |= 1u << (i + 1);
	return set;
}

static unsigned places_after(const struct usage *u, unsigned n_args)
{
	unsigned set = skip_optional(u, 1);

	for (unsigned arg = 0; arg < n_args; arg++) {
		unsigned next = 0;

		for (unsigned i = 0; i < u->n; i++)
			if (set & 1u << i)
				next |= 1u << (i + 1) | (u->place[i].repeats ? 1u << i : 0);
		set = skip_optional(u, next);
	}
	return set;
}

/* Each of the alternatives "NAME|all". */
static void add_alternatives(struct complete *c, const char *name)
{
	char *copy = sw_xstrdup(name), *save = NULL;

	for (char *one = strtok_r(copy, "|", &save); one; one = strtok_r(NULL, "|", &save))
		complete_placeholder(c, one);
	free(copy);
}

static void add_arguments(struct complete *c)
{
	struct usage u;
	unsigned set;

	usage_init(&u, c->cmd->usage);
	set = places_after(&u, c->n_args);
	for (unsigned i = 0; i < u.n; i++)
		if (set & 1u << i)
			add_alternatives(c, u.place[i].name);
	free(u.text);
}

/* Behind "--port=": what its value may be. */
static void add_option_value(struct complete *c, const struct sw_cmd_option *o)
{
	char prefix[128];

	snprintf(prefix, sizeof(prefix), "--%s=", o->name);
	if (!o->value || strncmp(c->partial, prefix, strlen(prefix)))
		return;
	c->prefix = prefix;
	add_alternatives(c, o->value);
	c->prefix = "";
}

static void add_options_of(struct complete *c, const struct sw_cmd *cmd)
{
	for (const struct sw_cmd_option *o = cmd->options; o && o->name; o++) {
		complete_add(c, o->help, "--%s%s", o->name, o->value ? "=" : "");
		add_option_value(c, o);
	}
}

/* Options may stand before the name, so until there is one they are those of all commands. */
static void add_all_options(struct complete *c)
{
	const struct sw_cmd *cmd;

	SW_REG_FOREACH (cmd, const struct sw_cmd *, cmd)
		add_options_of(c, sw_cmd_of(cmd));
}

/* The next word of the names that begin with the plain words typed so far. */
static void add_names(struct complete *c, const struct sw_words *w)
{
	struct sw_str typed = { 0 };
	const struct sw_cmd *cmd;
	char last[64] = "";

	sw_str_add(&typed, "%s", "");
	for (unsigned i = 0; i < w->n_plain; i++)
		sw_str_add(&typed, "%s ", w->plain[i]);
	SW_REG_FOREACH (cmd, const struct sw_cmd *, cmd) {
		const char *rest = cmd->name + typed.len;
		size_t len = strncmp(cmd->name, typed.s, typed.len) ? 0 : strcspn(rest, " ");

		if (!len || (strlen(last) == len && !strncmp(last, rest, len)))
			continue;
		snprintf(last, sizeof(last), "%.*s", (int)len, rest);
		complete_add(c, rest[len] ? "" : cmd->help, "%s", last);
	}
	free(typed.s);
}

json_t *complete_words(const char *const *words, unsigned n, bool live)
{
	struct complete c = { .prefix = "", .partial = words[n - 1], .out = json_array() };
	struct draft *draft = live && store_db() ? draft_new(store_db()) : NULL;
	struct sw_words w;
	unsigned used = 0;

	sw_words_init(&w, words, n - 1);
	c.draft = draft;
	c.cmd = sw_cmd_of(sw_words_find(&w, &sw_reg_kind_cmd, &used));
	if (!strncmp(c.partial, "-", 1)) {
		if (c.cmd)
			add_options_of(&c, c.cmd);
		else
			add_all_options(&c);
	} else {
		add_names(&c, &w);
		c.n_args = c.cmd ? w.n_plain - used : 0;
		c.args = w.plain + used;
		if (c.cmd)
			add_arguments(&c);
	}
	sw_words_fini(&w);
	if (draft)
		draft_free(draft);
	return c.out;
}
