/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is asked of a port: checked against its class, compared, copied. One place for all classes, so
 * that every option is known, in its range and given once before a class sees it.
 *
 * Control thread; sw_port_option on any.
 */
#include "conf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>

#define OPTIONS_MAX 64 /* of a port; more cannot be meant */

const char *sw_port_option(const struct sw_port_conf *conf, const char *key)
{
	for (unsigned i = 0; i < conf->n_options; i++) {
		if (!strcmp(conf->options[i][0], key))
			return conf->options[i][1];
	}
	return NULL;
}

const struct sw_port_class *conf_class(const char *type, struct sw_err *err)
{
	const struct sw_port_class *cls, *c;
	struct sw_str all = { 0 };

	if (!type || !*type)
		type = "system";
	cls = sw_reg_find(&sw_reg_kind_port_class, type);
	if (cls)
		return cls;
	sw_err_set(err, SW_CODE_INVALID, "there is no port type \"%s\"", type);
	sw_err_path(err, "type");
	sw_err_given(err, "%s", type);
	SW_REG_FOREACH (port_class, const struct sw_port_class *, c) {
		sw_str_add(&all, "%s%s", all.len ? ", " : "", c->name);
	}
	sw_err_allowed(err, "%s", all.s ? all.s : "");
	sw_err_nearest(err, sw_reg_nearest(&sw_reg_kind_port_class, type));
	free(all.s);
	return NULL;
}

static int bad_option(struct sw_err *err, const struct sw_port_class *cls, const char *key,
	const char *value, const char *want)
{
	int rc = sw_err_set(err, SW_CODE_INVALID,
		"options:%s of a %s port is \"%s\", which is not %s", key, cls->name, value, want);

	sw_err_path(err, "options:%s", key);
	sw_err_given(err, "%s", value);
	sw_err_allowed(err, "%s", want);
	return rc;
}

static int check_value(const struct sw_port_class *cls, const struct sw_option *opt,
	const char *value, struct sw_err *err)
{
	char want[80];
	uint64_t number;
	bool flag;

	switch (opt->type) {
	case SW_OPT_UINT:
		if (!sw_parse_u64(value, opt->min, opt->max, &number))
			return 0;
		snprintf(want, sizeof(want), "a number from %" PRIu64 " to %" PRIu64, opt->min,
			opt->max);
		return bad_option(err, cls, opt->name, value, want);
	case SW_OPT_BOOL:
		if (!sw_parse_bool(value, &flag))
			return 0;
		return bad_option(err, cls, opt->name, value, "true or false");
	case SW_OPT_TEXT:
		break;
	}
	return *value ? 0 : bad_option(err, cls, opt->name, value, "a text of one byte or more");
}

static int unknown_option(const struct sw_port_class *cls, const char *key, struct sw_err *err)
{
	const char *words[OPTIONS_MAX];
	struct sw_str all = { 0 };
	size_t n = 0;
	int rc, at;

	for (const struct sw_option *o = cls->options; o && o->name && n < OPTIONS_MAX; o++) {
		sw_str_add(&all, "%s%s", n ? ", " : "", o->name);
		words[n++] = o->name;
	}
	rc = sw_err_set(err, SW_CODE_INVALID, "a %s port has no option \"%s\"", cls->name, key);
	sw_err_path(err, "options:%s", key);
	sw_err_given(err, "%s", key);
	sw_err_allowed(err, "%s", n ? all.s : "no options");
	at = sw_nearest(key, words, n);
	if (at >= 0)
		sw_err_nearest(err, words[at]);
	free(all.s);
	return rc;
}

static const struct sw_option *find_option(const struct sw_port_class *cls, const char *key)
{
	for (const struct sw_option *o = cls->options; o && o->name; o++) {
		if (!strcmp(o->name, key))
			return o;
	}
	return NULL;
}

static int check_options(
	const struct sw_port_class *cls, const struct sw_port_conf *conf, struct sw_err *err)
{
	if (conf->n_options > OPTIONS_MAX)
		return sw_err_set(err, SW_CODE_LIMIT,
			"%u options are given; at most %u are allowed", conf->n_options,
			OPTIONS_MAX);
	for (unsigned i = 0; i < conf->n_options; i++) {
		const char *key = conf->options[i][0], *value = conf->options[i][1];
		const struct sw_option *opt = find_option(cls, key);
		int rc = opt ? check_value(cls, opt, value, err) : unknown_option(cls, key, err);

		if (rc)
			return rc;
		if (sw_port_option(conf, key) != value)
			return sw_err_set(err, SW_CODE_INVALID, "options:%s is given twice", key);
	}
	for (const struct sw_option *o = cls->options; o && o->name; o++) {
		if (o->required && !sw_port_option(conf, o->name)) {
			int rc = sw_err_set(err, SW_CODE_INVALID, "a %s port needs options:%s",
				cls->name, o->name);

			sw_err_path(err, "options:%s", o->name);
			sw_err_hint(err, "%s", o->help);
			return rc;
		}
	}
	return 0;
}

int conf_check(const struct sw_port_class *cls, const struct sw_port_conf *conf, struct sw_err *err)
{
	char mac[SW_MAC_SIZE];
	int rc;

	if (conf->mtu && (conf->mtu < cls->mtu_min || conf->mtu > cls->mtu_max)) {
		rc = sw_err_set(err, SW_CODE_INVALID, "mtu_request is %u; a %s port takes %u to %u",
			conf->mtu, cls->name, cls->mtu_min, cls->mtu_max);
		sw_err_path(err, "mtu_request");
		sw_err_given(err, "%u", conf->mtu);
		sw_err_allowed(err, "%u..%u", cls->mtu_min, cls->mtu_max);
		return rc;
	}
	if (conf->has_mac && !rte_is_valid_assigned_ether_addr(&conf->mac)) {
		sw_format_mac(mac, &conf->mac);
		rc = sw_err_set(err, SW_CODE_INVALID, "%s is not the address of one station", mac);
		sw_err_path(err, "mac");
		sw_err_given(err, "%s", mac);
		sw_err_allowed(err, "a unicast MAC address other than 00:00:00:00:00:00");
		return rc;
	}
	return check_options(cls, conf, err);
}

void conf_fini(struct sw_port_conf *conf)
{
	for (unsigned i = 0; i < conf->n_options; i++) {
		free((char *)conf->options[i][0]);
		free((char *)conf->options[i][1]);
	}
	free(conf->options);
	free((char *)conf->name);
	free((char *)conf->type);
	memset(conf, 0, sizeof(*conf));
}

void conf_copy(
	struct sw_port_conf *to, const struct sw_port_conf *from, const struct sw_port_class *cls)
{
	*to = *from;
	to->name = sw_xstrdup(from->name);
	to->type = sw_xstrdup(cls->name);
	to->options = sw_xcalloc(from->n_options, sizeof(*to->options));
	for (unsigned i = 0; i < from->n_options; i++) {
		to->options[i][0] = sw_xstrdup(from->options[i][0]);
		to->options[i][1] = sw_xstrdup(from->options[i][1]);
	}
}

bool conf_equal(const struct sw_port_conf *a, const struct sw_port_conf *b)
{
	if (a->mtu != b->mtu || a->has_mac != b->has_mac || a->n_options != b->n_options)
		return false;
	if (a->has_mac && !rte_is_same_ether_addr(&a->mac, &b->mac))
		return false;
	for (unsigned i = 0; i < a->n_options; i++) {
		const char *other = sw_port_option(b, a->options[i][0]);

		if (!other || strcmp(other, a->options[i][1]))
			return false;
	}
	return true;
}

int sw_port_check(const struct sw_port_conf *conf, struct sw_err *err)
{
	const struct sw_port_class *cls = conf_class(conf->type, err);

	return cls ? conf_check(cls, conf, err) : sw_err_errno(SW_CODE_INVALID);
}
