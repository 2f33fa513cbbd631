/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands of the switch that read lines: of a file that they name, or of standard input where all that they are given is "-". The
 * file is read here, where its name means something; what its lines say is for the switch to judge.
 */
#include "file.h"
#include "local.h"

#include <stdlib.h>
#include <string.h>

#define HINT \
	"name a file as ovs-ofctl reads it, a rule, group or meter a line, or - for standard input"

static const char *const of_files[] = { "rule load", "rule replace", "rule diff", "group load",
	"meter load", "add-flows", "replace-flows", "diff-flows", "add-groups", "add-meters",
	NULL };

static const char *const of_items[] = { "rule add", "rule mod", "rule del", "add-flow", "mod-flows",
	"del-flows", "group add", "group mod", "group del", "group insert-buckets",
	"group remove-buckets", "add-group", "mod-group", "del-groups", "insert-buckets",
	"remove-buckets", "meter add", "meter mod", "meter del", "add-meter", "mod-meter",
	"del-meter", "del-meters", NULL };

static bool has(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

/* The file that the words name, if they are of a command that reads one; a command is NAME BRIDGE FILE then, besides
 * options. */
static const char *file_of(const json_t *words)
{
	const char *plain[5] = { NULL };
	char name[64];
	unsigned n = 0;
	json_t *word;
	bool end = false;
	size_t i;

	json_array_foreach (words, i, word) {
		const char *s = json_string_value(word);

		if (!end && !strncmp(s, "--", 2)) {
			end = !s[2];
			continue;
		}
		if (n == 5)
			return NULL;
		plain[n++] = s;
	}
	if (n < 3 || n > 4)
		return NULL;
	snprintf(name, sizeof(name), n == 4 ? "%s %s" : "%s", plain[0], plain[1]);
	if (has(of_files, name) || (has(of_items, name) && !strcmp(plain[n - 1], "-")))
		return plain[n - 1];
	return NULL;
}

bool load_is_wanted(const struct args *args)
{
	return !args->input && json_array_size(args->commands) == 1 &&
	       file_of(json_array_get(args->commands, 0));
}

json_t *load_lines(const struct args *args, int *status)
{
	const char *name = file_of(json_array_get(args->commands, 0));
	struct sw_bytes text = { 0 };
	json_t *lines = NULL;

	*status = file_read(name, HINT, &text);
	if (!*status) {
		lines = json_stringn(text.len ? text.buf + text.start : "", text.len);
		if (!lines || strlen(json_string_value(lines)) != text.len)
			*status = fault_show(
				EXIT_REFUSED, HINT, "the file \"%s\" is no text in UTF-8", name);
	}
	sw_bytes_fini(&text);
	return lines;
}
