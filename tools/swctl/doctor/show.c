/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Findings for people: a line each, the fix below. Texts come from the machine and from whoever configured
 * the switch, so control characters are made visible.
 */
#include "doctor.h"

#include <string.h>

#define NAME_WIDTH 23

static void put(FILE *out, const char *text)
{
	struct sw_bytes b = { 0 };

	render_text(&b, text);
	if (b.len)
		fwrite(b.buf + b.start, 1, b.len, out);
	sw_bytes_fini(&b);
}

void show_group(FILE *out, const char *name, bool colour)
{
	fprintf(out, "%s%s%s\n", colour ? "\033[1m" : "", name, colour ? "\033[0m" : "");
}

void show_finding(FILE *out, const char *check, const json_t *finding, bool colour)
{
	const char *verdict = exam_text(finding, "verdict"), *fix = exam_text(finding, "fix");
	const char *paint = "";

	if (colour && !strcmp(verdict, "FAIL"))
		paint = "\033[1;31m";
	else if (colour && !strcmp(verdict, "WARN"))
		paint = "\033[33m";
	fprintf(out, "  %s%s%s  %-*s", paint, verdict, *paint ? "\033[0m" : "", NAME_WIDTH, check);
	put(out, exam_text(finding, "text"));
	putc('\n', out);
	if (!*fix)
		return;
	fprintf(out, "%*s", 2 + 4 + 2 + NAME_WIDTH, "");
	fputs("fix: ", out);
	put(out, fix);
	putc('\n', out);
}
