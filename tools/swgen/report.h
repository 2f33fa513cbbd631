/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What came of it, for people and for programs.
 */
#ifndef SWGEN_REPORT_H
#define SWGEN_REPORT_H

struct bench;
struct result;
struct search;

/* On standard output. search is NULL without --rfc2544. */
void report_text(const struct bench *b, const struct result *r, const struct search *search);
void report_json(const struct bench *b, const struct result *r, const struct search *search);

/* What kept the generator from sending more: "rate", "window", "device", "generator", "capture". */
const char *report_limit(const struct bench *b, const struct result *r);

#endif
