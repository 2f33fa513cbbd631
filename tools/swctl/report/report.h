/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parts of a bug report, and what adds them. Names are paths inside the archive; secrets are removed
 * on the way in.
 */
#ifndef SWCTL_REPORT_H
#define SWCTL_REPORT_H

#include <stdbool.h>

#include <jansson.h>

struct exam;
struct report;

struct exam *report_exam(struct report *r);
void report_text(struct report *r, const char *name, const char *text);
void report_json(struct report *r, const char *name, const json_t *value);
/* Text of a JSON value without secrets; flags as for json_dumps(). free() it. */
char *report_clean(struct report *r, const json_t *value, size_t flags);
void report_missing(struct report *r, const char *name, const char *why);
bool report_has(const struct report *r, const char *name);

/* collect.c: add a file that was read of the host; add all parts. */
void report_seen(void *report, const char *path, const char *text);
void report_collect(struct report *r);

#endif
