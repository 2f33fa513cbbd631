/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values of options from their text.
 */
#include "values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/text.h>

#define VID_MAX	 4094
#define ZIPF_MAX 10
#define PPS_MAX	 1e9
#define BPS_MAX	 1e12

static int refuse(const char *option, const char *text, const char *allowed, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "--%s: \"%s\" is not allowed", option, text);

	sw_err_path(err, "--%s", option);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "%s", allowed);
	return rc;
}

static int refuse_range(
	const char *option, const char *text, double min, double max, struct sw_err *err)
{
	int rc = refuse(option, text, "", err);

	sw_err_allowed(err, "%.16g to %.16g", min, max);
	return rc;
}

/* A number at the start of text; where it ends, or NULL. */
static const char *read_number(const char *text, double *out)
{
	char *end;

	/* strtod takes white space, "nan" and "0x", too */
	if (text[strspn(text, "0123456789.")] == 'x' || text[0] < '.' || text[0] > '9')
		return NULL;
	*out = strtod(text, &end);
	return end == text || !isfinite(*out) ? NULL : end;
}

/* k, M, G; where the rest is. */
static const char *read_scale(const char *text, double *out)
{
	const char *scales = "kMG", *at = *text ? strchr(scales, *text) : NULL;

	if (!at)
		return text;
	*out *= pow(1000, at - scales + 1);
	return text + 1;
}

int value_number(const char *option, const char *text, double min, double max, double *out,
	struct sw_err *err)
{
	double n;
	const char *end = read_number(text, &n);

	if (!end || *end || n < min || n > max)
		return refuse_range(option, text, min, max, err);
	*out = n;
	return 0;
}

int value_integer(const char *option, const char *text, double min, double max, uint64_t *out,
	struct sw_err *err)
{
	double n;
	const char *end = read_number(text, &n);

	if (end)
		end = read_scale(end, &n);
	if (!end || *end || n != floor(n) || n < min || n > max)
		return refuse_range(option, text, min, max, err);
	*out = n;
	return 0;
}

int value_word(const char *option, const char *text, const char *const *words, struct sw_err *err)
{
	char all[128] = "";
	int rc, near, n;

	for (n = 0; words[n]; n++) {
		if (!strcmp(words[n], text))
			return n;
		strcat(strcat(all, n ? ", " : ""), words[n]);
	}
	rc = refuse(option, text, all, err);
	near = sw_nearest(text, words, n);
	if (near >= 0)
		sw_err_nearest(err, words[near]);
	return rc;
}

int value_vids(const char *option, const char *text, struct vids *out, struct sw_err *err)
{
	char first[8] = "";
	const char *dash = strchr(text, '-');
	uint64_t from, to;

	if (!strcmp(text, "random")) {
		*out = (struct vids){ 1, VID_MAX };
		return 0;
	}
	if (dash && (size_t)(dash - text) < sizeof(first))
		memcpy(first, text, dash - text);
	if (sw_parse_u64(dash ? first : text, 1, VID_MAX, &from) ||
		sw_parse_u64(dash ? dash + 1 : text, from, VID_MAX, &to))
		return refuse(option, text, "1 to 4094, a range as 10-20, or random", err);
	*out = (struct vids){ from, to };
	return 0;
}

int value_mutate(const char *text, unsigned *out, struct sw_err *err)
{
	static const char *const words[] = { "src-mac", "dst-mac", "src-ip", "dst-ip", "src-port",
		"dst-port", "vlan", NULL };
	char copy[128], *rest = copy, *word;

	if (strlen(text) >= sizeof(copy))
		return refuse("mutate", text, "fields separated by commas, each once", err);
	strcpy(copy, text);
	while ((word = strsep(&rest, ","))) {
		int at = value_word("mutate", word, words, err);

		if (at < 0)
			return at;
		*out |= 1U << at;
	}
	return 0;
}

int value_rate(const char *text, struct rate *out, struct sw_err *err)
{
	static const char *const units[] = { "", "pps", "bps", "%" };
	static const enum rate_unit unit[] = { RATE_PPS, RATE_PPS, RATE_BPS, RATE_PERCENT };
	static const double most[] = { PPS_MAX, PPS_MAX, BPS_MAX, 100 };
	double n = 0;
	const char *end = read_number(text, &n);

	if (!strcmp(text, "max")) {
		*out = (struct rate){ RATE_MAX, 0 };
		return 0;
	}
	if (end)
		end = read_scale(end, &n);
	for (unsigned i = 0; end && i < 4; i++) {
		if (strcmp(end, units[i]) || n <= 0 || n > most[i])
			continue;
		*out = (struct rate){ unit[i], n };
		return 0;
	}
	return refuse("rate", text,
		"packets a second as 250000, 200k or 1.5M up to 1G; bits a second as 10Gbps; percent of the link "
		"as 10%; max",
		err);
}

int value_dist(struct options *o, const char *text, struct sw_err *err)
{
	static const char *const words[] = { "uniform", "zipf", "sequential", NULL };
	int at;

	if (!strncmp(text, "zipf:", 5)) {
		o->dist = DIST_ZIPF;
		return value_number("dist=zipf", text + 5, 0, ZIPF_MAX, &o->zipf, err);
	}
	at = value_word("dist", text, words, err);
	o->dist = at;
	return at < 0 ? at : 0;
}
