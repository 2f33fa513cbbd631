/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Verdicts: what a check has to say, as data until it is shown.
 */
#include "doctor.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

SW_REG_KIND_DEFINE(check);

const char *const verdict_names[CHECK_VERDICTS] = {
	[CHECK_PASS] = "PASS",
	[CHECK_SKIP] = "SKIP",
	[CHECK_WARN] = "WARN",
	[CHECK_FAIL] = "FAIL",
};

const char *const group_names[CHECK_GROUPS] = {
	[CHECK_DAEMON] = "daemon",
	[CHECK_FILES] = "files",
	[CHECK_MEMORY] = "memory",
	[CHECK_CPU] = "cores",
	[CHECK_DEVICES] = "devices",
	[CHECK_SWITCH] = "switch",
};

/* Names and texts come from the machine: what is not UTF-8 is made so. */
static json_t *text_of(char *text)
{
	json_t *value = json_string(text);

	for (char *p = text; !value && *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	return value ? value : json_string(text);
}

static void add(struct exam *e, enum verdict verdict, const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	json_array_append_new(e->findings,
		json_pack("{s:s, s:o}", "verdict", verdict_names[verdict], "text", text_of(text)));
	free(text);
}

#define SAY(name, verdict)                                      \
	void check_##name(struct exam *e, const char *fmt, ...) \
	{                                                       \
		va_list ap;                                     \
                                                                \
		va_start(ap, fmt);                              \
		add(e, verdict, fmt, ap);                       \
		va_end(ap);                                     \
	}
SAY(pass, CHECK_PASS)
SAY(skip, CHECK_SKIP)
SAY(warn, CHECK_WARN)
SAY(fail, CHECK_FAIL)

void check_fix(struct exam *e, const char *fmt, ...)
{
	json_t *last = json_array_get(e->findings, json_array_size(e->findings) - 1);
	va_list ap;
	char *text;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	json_object_set_new(last, "fix", text_of(text));
	free(text);
}

bool check_found(const struct exam *e)
{
	return json_array_size(e->findings) > 0;
}

enum verdict check_worst(const json_t *findings)
{
	enum verdict worst = CHECK_PASS;
	json_t *finding;
	size_t i;

	json_array_foreach (findings, i, finding)
		for (int v = worst + 1; v < CHECK_VERDICTS; v++)
			if (!strcmp(exam_text(finding, "verdict"), verdict_names[v]))
				worst = v;
	return worst;
}

json_t *exam_check(struct exam *e, const struct sw_check *check)
{
	json_t *findings;

	e->findings = json_array();
	if (check->asks && e->state != DAEMON_UP)
		check_skip(e, "the switch does not answer");
	else if (check->samples && e->quick)
		check_skip(e, "it takes half a second, and --quick is in a hurry");
	else
		check->run(e);
	findings = e->findings;
	e->findings = NULL;
	return findings;
}
