/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Meters: configuration, text and back (OpenFlow 1.3.5, 5.7; ovs-ofctl(8), "Meter Syntax"). "bands=" comes last; each
 * band begins with its type.
 *
 * Control thread; no state.
 */
#include "action.h"

#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/meter.h>
#include <sw/text.h>

static const char *const band_names[] = { "drop", "dscp_remark", NULL };

void sw_meter_fini(struct sw_meter_conf *conf)
{
	free(conf->bands);
	memset(conf, 0, sizeof(*conf));
}

void sw_meter_copy(struct sw_meter_conf *to, const struct sw_meter_conf *from)
{
	*to = *from;
	to->bands = sw_xcalloc(from->n_bands + 1, sizeof(*to->bands));
	if (from->n_bands)
		memcpy(to->bands, from->bands, from->n_bands * sizeof(*to->bands));
}

bool sw_meter_equal(const struct sw_meter_conf *a, const struct sw_meter_conf *b)
{
	if (a->id != b->id || a->packets != b->packets || a->burst != b->burst ||
		a->stats != b->stats || a->n_bands != b->n_bands)
		return false;
	for (unsigned i = 0; i < a->n_bands; i++) {
		const struct sw_meter_band *x = &a->bands[i], *y = &b->bands[i];

		if (x->type != y->type || x->rate != y->rate || x->burst != y->burst ||
			x->prec_level != y->prec_level)
			return false;
	}
	return true;
}

static int check_band(
	const struct sw_meter_conf *conf, const struct sw_meter_band *b, struct sw_err *err)
{
	if (b->type != SW_METER_DROP && b->type != SW_METER_DSCP_REMARK)
		return sw_err_set(err, SW_CODE_INVALID, "a band's type is drop or dscp_remark");
	if (!b->rate)
		return sw_err_set(err, SW_CODE_INVALID, "a band needs a rate above 0");
	if (conf->burst && !b->burst)
		return sw_err_set(
			err, SW_CODE_INVALID, "a band needs a burst_size, as the meter has burst");
	if (!conf->burst && b->burst)
		return sw_err_set(err, SW_CODE_INVALID,
			"a band may have a burst_size only when the meter has burst");
	if (b->type == SW_METER_DROP && b->prec_level)
		return sw_err_set(err, SW_CODE_INVALID, "prec_level is for type=dscp_remark only");
	if (b->type == SW_METER_DSCP_REMARK && (!b->prec_level || b->prec_level > 3))
		return sw_err_set(err, SW_CODE_INVALID,
			"a band of type dscp_remark needs a prec_level from 1 to 3");
	return 0;
}

int sw_meter_check(const struct sw_meter_conf *conf, struct sw_err *err)
{
	int rc = 0;

	if (!conf->n_bands)
		return sw_err_set(err, SW_CODE_INVALID, "a meter needs bands");
	if (conf->n_bands > SW_METER_BANDS_MAX)
		return sw_err_set(
			err, SW_CODE_LIMIT, "a meter has at most %u bands", SW_METER_BANDS_MAX);
	for (unsigned i = 0; i < conf->n_bands && !rc; i++)
		rc = check_band(conf, &conf->bands[i], err);
	return rc;
}

static int read_id(const char *text, bool all, uint32_t *id, struct sw_err *err)
{
	int rc;

	if (all && !strcmp(text, "all"))
		*id = SW_METER_ALL;
	else if (!strcmp(text, "controller"))
		*id = SW_METER_CONTROLLER;
	else if (!strcmp(text, "slowpath"))
		*id = SW_METER_SLOWPATH;
	else {
		rc = arg_u32("meter", text, id, err);
		return rc ? rc : meter_fault(*id, err);
	}
	return 0;
}

static struct sw_meter_band *last_band(struct sw_meter_conf *conf, struct sw_err *err)
{
	if (conf->n_bands)
		return &conf->bands[conf->n_bands - 1];
	sw_err_set(err, SW_CODE_INVALID, "a band begins with its type");
	sw_err_allowed(err, "bands=type=drop rate=RATE, or type=dscp_remark");
	return NULL;
}

static int add_band(struct sw_meter_conf *conf, const char *value, struct sw_err *err)
{
	int type = arg_choice("type", value, band_names, err);
	struct sw_meter_band *b;

	if (type < 0)
		return type;
	if (conf->n_bands == SW_METER_BANDS_MAX)
		return sw_err_set(
			err, SW_CODE_LIMIT, "a meter has at most %u bands", SW_METER_BANDS_MAX);
	conf->bands = sw_xrealloc(conf->bands, conf->n_bands + 1, sizeof(*b));
	b = &conf->bands[conf->n_bands++];
	memset(b, 0, sizeof(*b));
	b->type = SW_METER_DROP + type;
	return 0;
}

static int take_band_word(void *arg, const struct word *w, struct sw_err *err)
{
	static const char *const names[] = { "type", "rate", "burst_size", "prec_level", NULL };
	struct sw_meter_conf *conf = arg;
	const char *value = w->value ? w->value : "";
	int which = arg_choice("bands", w->name, names, err), rc;
	struct sw_meter_band *b;
	uint64_t level = 0;

	if (which < 0)
		return which;
	if (!which)
		return add_band(conf, value, err);
	b = last_band(conf, err);
	if (!b)
		return sw_err_errno(SW_CODE_INVALID);
	switch (which) {
	case 1:
		return arg_u32("rate", value, &b->rate, err);
	case 2:
		return arg_u32("burst_size", value, &b->burst, err);
	default:
		rc = arg_number("prec_level", value, 3, &level, err);
		b->prec_level = (uint8_t)level;
		return rc;
	}
}

struct reading {
	struct sw_meter_conf *conf;
	bool id, kbps;
};

static int take_word(struct reading *r, const struct word *w, struct sw_err *err)
{
	static const char *const names[] = { "meter", "kbps", "pktps", "burst", "stats", "bands",
		NULL };
	const char *value = w->value ? w->value : "";
	int which = arg_choice("meter", w->name, names, err);

	switch (which) {
	case 0:
		r->id = true;
		return read_id(value, false, &r->conf->id, err);
	case 1:
		r->kbps = true;
		break;
	case 2:
		r->conf->packets = true;
		break;
	case 3:
		r->conf->burst = true;
		break;
	case 4:
		r->conf->stats = true;
		break;
	default:
		return which < 0 ? which : arg_missing(names[which], err);
	}
	return arg_none(names[which], value, err);
}

/* "bands=" or "band=" stands next: the rest. */
static const char *at_bands(const struct text *t, size_t *at)
{
	const char *p = text_rest(t, at);
	size_t skip = strspn(p, ", \t\r\n\v\f");
	size_t len = !strncmp(p + skip, "bands=", 6) ? 6 : 5;

	if (len == 5 && strncmp(p + skip, "band=", 5))
		return NULL;
	*at += skip + len;
	return p + skip + len;
}

static int read_words(struct reading *r, struct text *t, struct sw_err *err)
{
	const char *bands;
	struct word w;
	size_t at;
	int rc;

	while (!(bands = at_bands(t, &at))) {
		rc = text_next(t, &w, err);
		if (rc <= 0)
			return rc;
		rc = take_word(r, &w, err);
		if (rc) {
			text_place(err, w.at);
			return rc;
		}
	}
	rc = args_each(bands, take_band_word, r->conf, err);
	if (rc)
		text_place(err, at);
	return rc;
}

static int finish(const struct reading *r, struct sw_err *err)
{
	int rc;

	if (!r->id)
		return arg_missing("meter", err);
	if (r->kbps == r->conf->packets) {
		rc = sw_err_set(err, SW_CODE_INVALID,
			r->kbps ? "a meter measures in kbps or in pktps, not in both"
				: "a meter needs its unit");
		sw_err_allowed(err, "kbps or pktps");
		return rc;
	}
	return sw_meter_check(r->conf, err);
}

int sw_meter_parse(const char *text, struct sw_meter_conf *conf, struct sw_err *err)
{
	struct reading r = { .conf = conf };
	struct text t;
	int rc;

	memset(conf, 0, sizeof(*conf));
	text_init(&t, text);
	rc = read_words(&r, &t, err);
	if (!rc)
		rc = finish(&r, err);
	text_fini(&t);
	if (rc)
		sw_meter_fini(conf);
	return rc;
}

static int take_id(void *arg, const struct word *w, struct sw_err *err)
{
	static const char *const names[] = { "meter", NULL };
	int which = arg_choice("meter", w->name, names, err);

	return which < 0 ? which : read_id(w->value ? w->value : "", true, arg, err);
}

int sw_meter_parse_id(const char *text, uint32_t *id, struct sw_err *err)
{
	*id = SW_METER_ALL;
	return args_each(text, take_id, id, err);
}

void sw_meter_print(const struct sw_meter_conf *conf, struct sw_str *out)
{
	if (conf->id == SW_METER_CONTROLLER)
		sw_str_add(out, "meter=controller");
	else if (conf->id == SW_METER_SLOWPATH)
		sw_str_add(out, "meter=slowpath");
	else
		sw_str_add(out, "meter=%u", conf->id);
	sw_str_add(out, " %s%s%s bands=", conf->packets ? "pktps" : "kbps",
		conf->burst ? " burst" : "", conf->stats ? " stats" : "");
	for (unsigned i = 0; i < conf->n_bands; i++) {
		const struct sw_meter_band *b = &conf->bands[i];

		sw_str_add(out, "%stype=%s rate=%u", i ? " " : "",
			b->type == SW_METER_DROP ? "drop" : "dscp_remark", b->rate);
		if (conf->burst)
			sw_str_add(out, " burst_size=%u", b->burst);
		if (b->type == SW_METER_DSCP_REMARK)
			sw_str_add(out, " prec_level=%u", b->prec_level);
	}
}
