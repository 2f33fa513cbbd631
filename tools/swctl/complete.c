/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * swctl complete -- WORD...: what may stand at the end of a half-typed command line of swctl, a candidate a
 * line, a tab and its help. The shells' completion files ask this, and they are thin.
 *
 * swctl's options and its own commands are known here. The rest the switch that runs tells, with names in
 * use; where none answers, `swd --complete` tells what does not depend on one, and starts nothing.
 */
#include "local.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include <sw/mem.h>
#include <sw/text.h>

#include "args.h"
#include "link.h"

#define TIMEOUT_S 1 /* a person waits at the prompt */

struct line {
	struct args args;   /* which switch */
	unsigned n;	    /* words of the last command, without global options */
	const char **words; /* the last one is half-typed */
	json_t *options;    /* the global ones */
	bool awaits_value; /* the word before is a global option that takes this one as its value */
	bool has_command;  /* one stands before: swctl's own cannot follow */
};

static const char *text_of(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text ? text : "";
}

static void offer(const struct line *l, const char *word, const char *end, const char *help)
{
	const char *partial = l->words[l->n - 1];
	size_t len = strlen(word), typed = strlen(partial);

	if (typed <= len ? !strncmp(word, partial, typed) : false)
		printf("%s%s\t%.*s\n", word, end, (int)strcspn(help, "\n"), help);
}

/* The global option that a word names; *attached: its value stands in the same word. */
static const json_t *global_of(const struct line *l, const char *word, bool *attached)
{
	json_t *option;
	size_t i;

	json_array_foreach (l->options, i, option) {
		const char *name = text_of(option, "name"), *letter = text_of(option, "letter");
		size_t len = strlen(name);

		*attached = !strncmp(word, "--", 2) && strchr(word, '=');
		if (!strncmp(word, "--", 2) && !strncmp(word + 2, name, len) &&
			(!word[2 + len] || word[2 + len] == '='))
			return option;
		*attached = word[1] && word[2];
		if (*letter && word[0] == '-' && word[1] == *letter)
			return option;
	}
	return NULL;
}

static bool takes_word(const json_t *option)
{
	const char *value = text_of(option, "value");

	return *value && *value != '[';
}

/* A whole word of the line, with the one behind it. Returns how many it took. */
static unsigned take(struct line *l, char **words, bool *next_is_value)
{
	const char *word = words[0];
	bool attached = false;
	const json_t *option;

	*next_is_value = false;
	if (!strcmp(word, "--")) {
		l->has_command |= l->n > 0;
		l->n = 0;
		return 1;
	}
	option = *word == '-' ? global_of(l, word, &attached) : NULL;
	if (!option) {
		l->words[l->n++] = word;
		return 1;
	}
	if (!takes_word(option) || attached) {
		if (!strcmp(text_of(option, "name"), "socket"))
			l->args.socket = strchr(word, '=') + 1;
		return 1;
	}
	*next_is_value = true;
	if (!strcmp(text_of(option, "name"), "socket"))
		l->args.socket = words[1];
	return 2;
}

static void line_init(struct line *l, unsigned n, char **words)
{
	bool value = false;
	unsigned i = 0;

	memset(l, 0, sizeof(*l));
	l->args.timeout_s = TIMEOUT_S;
	l->options = args_describe();
	l->words = sw_xcalloc(n + 1, sizeof(*l->words));
	while (i + 1 < n)
		i += take(l, words + i, &value);
	l->awaits_value = value && i == n;
	l->words[l->n++] = n ? words[n - 1] : "";
}

static void line_fini(struct line *l)
{
	json_decref(l->options);
	free(l->words);
}

/* Run swd beside this program or wherever PATH has it; what it prints goes to our output. */
static void ask_program(const char *const *words, unsigned n)
{
	const char **argv = sw_xcalloc(n + 4, sizeof(*argv));
	char self[PATH_MAX] = "", *slash, *beside;
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	pid_t child;

	slash = len > 0 ? strrchr(self, '/') : NULL;
	beside = sw_xasprintf("%.*s/swd", slash ? (int)(slash - self) : 0, self);
	argv[0] = "swd";
	argv[1] = "--complete";
	argv[2] = "--";
	memcpy(argv + 3, words, n * sizeof(*argv));
	fflush(stdout);
	child = fork();
	if (!child) {
		execv(beside, (char **)argv);
		execvp("swd", (char **)argv);
		execv("/usr/sbin/swd", (char **)argv);
		execv("/usr/local/sbin/swd", (char **)argv);
		_exit(127);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
	free(beside);
	free(argv);
}

static json_t *ask_switch(const struct line *l, const char *const *words, unsigned n)
{
	json_t *list = json_array(), *found = NULL, *error = NULL;
	struct link link;
	int status;

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, json_string(words[i]));
	status = link_open(&link, &l->args, true);
	if (!status)
		found = link_ask(
			&link, "complete", json_pack("{s:O}", "words", list), &error, &status);
	link_close(&link);
	json_decref(error);
	json_decref(list);
	return found;
}

static void offer_remote(const struct line *l, const char *const *words, unsigned n)
{
	json_t *found = ask_switch(l, words, n), *one;
	size_t i;

	if (!found)
		ask_program(words, n);
	json_array_foreach (found, i, one)
		printf("%s\t%s\n", text_of(one, "word"), text_of(one, "help"));
	json_decref(found);
}

/* Arguments of a command of ours, by a command of the switch that takes the same. */
static void offer_arguments(const struct line *l, const struct sw_local *local, unsigned used)
{
	static const struct {
		const char *placeholder, *words[2];
	} same[] = { { "BRIDGE", { "list-ports" } }, { "PORT", { "port", "stats" } },
		{ "TABLE", { "list" } }, { "LOG", { "log", "set" } } };
	const char *usage = local->usage ? local->usage : "";

	if (strstr(usage, "COMMAND"))
		offer_remote(l, l->words + used, l->n - used);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		const char *words[3] = { same[i].words[0], same[i].words[1] };
		unsigned n = words[1] ? 2 : 1;

		if (!strstr(usage, same[i].placeholder))
			continue;
		words[n] = l->words[l->n - 1];
		offer_remote(l, words, n + 1);
	}
}

static void offer_options(const struct line *l, const struct sw_local *local)
{
	json_t *option;
	size_t i;

	for (const struct sw_cmd_option *o = local ? local->options : NULL; o && o->name; o++) {
		char word[128];

		snprintf(word, sizeof(word), "--%s", o->name);
		offer(l, word, o->value ? "=" : "", o->help);
	}
	json_array_foreach (l->options, i, option) {
		char word[128];

		snprintf(word, sizeof(word), "--%s", text_of(option, "name"));
		offer(l, word, takes_word(option) ? "=" : "", text_of(option, "help"));
	}
}

/* Names of our own commands that go on as the words do. */
static void offer_names(const struct line *l)
{
	const struct sw_local *local;

	if (l->n == 1 && !l->has_command)
		SW_REG_FOREACH (local, const struct sw_local *, local)
			if (!strchr(local->name, ' '))
				offer(l, local->name, "", local->help);
}

static const struct sw_local *local_of(const struct line *l, unsigned *used)
{
	const struct sw_local *local;
	struct sw_words w;

	sw_words_init(&w, l->words, l->n - 1);
	local = sw_words_find(&w, &sw_reg_kind_local, used);
	sw_words_fini(&w);
	return local;
}

int complete_main(unsigned n, char **words)
{
	const struct sw_local *local;
	unsigned used = 0;
	struct line l;

	if (n && !strcmp(words[0], "--")) {
		n--;
		words++;
	}
	line_init(&l, n, words);
	local = local_of(&l, &used);
	if (!l.awaits_value) {
		if (*l.words[l.n - 1] == '-')
			offer_options(&l, local);
		else
			offer_names(&l);
		if (!local)
			offer_remote(&l, l.words, l.n);
		else if (*l.words[l.n - 1] != '-')
			offer_arguments(&l, local, used);
	}
	line_fini(&l);
	return EXIT_DONE;
}

/* Reached only behind an option; its words would have been read as swctl's own. */
static int run_complete(const struct local_call *call)
{
	return fault_show(EXIT_USAGE, "swctl complete -- WORD...",
		"complete must be the first word of the line");
}

SW_REGISTER(local, complete) = {
	.name = "complete",
	.help = "what may follow half-typed words, a candidate a line; for shells",
	.usage = "-- WORD...",
	.max_args = UINT_MAX,
	.run = run_complete,
};
