/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Log levels as a person writes them at start: "info", or "warn,vhost=dbg,api=info"; a level without a
 * name is for all, and later words win. Checked whole before any is set.
 *
 * Control thread.
 */
#include <sw/boot.h>

#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>
#include <sw/text.h>

static int bad_level(const char *word, struct sw_err *err)
{
	static const char *const words[] = { "off", "err", "warn", "info", "dbg" };
	int near = sw_nearest(word, words, 5);

	sw_err_set(err, SW_CODE_INVALID, "\"%s\" is not a log level", word);
	sw_err_given(err, "%s", word);
	sw_err_allowed(err, "off, err, warn, info, dbg");
	if (near >= 0)
		sw_err_nearest(err, words[near]);
	return sw_err_errno(SW_CODE_INVALID);
}

/* Names as linked: levels are set before registration is sealed. */
static int check_name(const char *name, struct sw_err *err)
{
	unsigned count = sw_reg_kind_log.count, n = 0;
	const char **names = sw_xcalloc(count + 1, sizeof(*names));
	struct sw_str str = { 0 };
	int near, rc = 0;

	names[n++] = "all";
	for (struct sw_reg_node *node = sw_reg_kind_log.first; node; node = node->next)
		names[n++] = ((const struct sw_log *)node->desc)->name;
	near = sw_nearest(name, names, n);
	if (near < 0 || strcmp(names[near], name)) {
		rc = sw_err_set(err, SW_CODE_INVALID, "there is no log called \"%s\"", name);
		sw_err_given(err, "%s", name);
		for (unsigned i = 0; i < n; i++)
			sw_str_add(&str, "%s%s", i ? ", " : "", names[i]);
		sw_err_allowed(err, "%s", str.s);
		free(str.s);
		if (near >= 0)
			sw_err_nearest(err, names[near]);
	}
	free(names);
	return rc;
}

static int one_word(char *word, bool apply, struct sw_err *err)
{
	char *level = strchr(word, '=');
	const char *name = level ? word : "all";
	int value, rc;

	if (level)
		*level++ = '\0';
	else
		level = word;
	value = sw_log_level_parse(level);
	if (value < 0)
		return bad_level(level, err);
	rc = check_name(name, err);
	if (!rc && apply)
		sw_log_set(name, value);
	return rc;
}

int sw_boot_log(const char *levels, bool apply, struct sw_err *err)
{
	int rc = apply ? sw_boot_log(levels, false, err) : 0;
	char *copy, *rest, *word;

	if (rc)
		return rc;
	copy = rest = sw_xstrdup(levels);
	while (!rc && (word = strsep(&rest, ",")))
		rc = one_word(word, apply, err);
	free(copy);
	return rc;
}
