/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports as the control side holds them: one table of names and indices, what is asked of each (checked
 * against its class, an own copy), and the steps of its life.
 *
 * Control thread; sw_port_open and sw_port_close run on a job thread, at most one at a time for a port,
 * and touch nothing here but the port itself. An index is given again only after sw_port_free.
 *
 * What it keeps true: a port in the table has a good, unique name and a conf its class understands; a
 * refused conf changes nothing; news of a port never arrives after sw_port_free.
 */
#include <sw/port.h>

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/housekeep.h>
#include <sw/mem.h>
#include <sw/post.h>

SW_REG_KIND_DEFINE(port_class);
SW_REG_KIND_DEFINE(housekeep);

#define OPTIONS_MAX 64 /* of a port; more cannot be meant */

static struct sw_port *ports[SW_PORT_MAX];
static bool change_posted[SW_PORT_MAX]; /* atomic: news of the port waits for control already */
static void (*on_change)(struct sw_port *port);
static unsigned worker_count = SW_WORKER_MAX;

void sw_worker_count_set(unsigned n)
{
	__atomic_store_n(&worker_count, n, __ATOMIC_RELAXED);
}

unsigned sw_worker_count(void)
{
	return __atomic_load_n(&worker_count, __ATOMIC_RELAXED);
}

const char *sw_port_option(const struct sw_port_conf *conf, const char *key)
{
	for (unsigned i = 0; i < conf->n_options; i++) {
		if (!strcmp(conf->options[i][0], key))
			return conf->options[i][1];
	}
	return NULL;
}

struct sw_port *sw_port_by_name(const char *name)
{
	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		if (ports[i] && !strcmp(ports[i]->name, name))
			return ports[i];
	}
	return NULL;
}

struct sw_port *sw_port_by_index(unsigned index)
{
	return index < SW_PORT_MAX ? ports[index] : NULL;
}

static const struct sw_port_class *find_class(const char *type, struct sw_err *err)
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

static int check_conf(
	const struct sw_port_class *cls, const struct sw_port_conf *conf, struct sw_err *err)
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

static void conf_fini(struct sw_port_conf *conf)
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

/* All of it copied; the class's own name for the type, "" becoming "system". */
static void conf_copy(
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

static bool conf_equal(const struct sw_port_conf *a, const struct sw_port_conf *b)
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

static int check_name(const char *name, struct sw_err *err)
{
	const char *fault = sw_name_fault(name);
	int rc;

	if (fault) {
		rc = sw_err_set(err, SW_CODE_INVALID, "port name \"%s\" %s", name, fault);
		sw_err_path(err, "name");
		sw_err_given(err, "%s", name);
		sw_err_allowed(err, "1 to %d letters, digits and . _ - + @ :", SW_NAME_SIZE - 1);
		return rc;
	}
	if (sw_port_by_name(name)) {
		rc = sw_err_set(err, SW_CODE_EXISTS, "a port named %s exists already", name);
		sw_err_given(err, "%s", name);
		return rc;
	}
	return 0;
}

/* Zeroed and on a cache line of its own: classes align what workers write. */
static struct sw_port *port_alloc(const struct sw_port_class *cls)
{
	size_t size = RTE_ALIGN_CEIL(cls->size, RTE_CACHE_LINE_SIZE);
	void *p = aligned_alloc(RTE_CACHE_LINE_SIZE, size);

	assert(cls->size >= sizeof(struct sw_port));
	return p ? memset(p, 0, size) : NULL;
}

struct sw_port *sw_port_new(const struct sw_port_conf *conf, struct sw_err *err)
{
	const struct sw_port_class *cls;
	struct sw_port *port;
	unsigned index = 0;

	if (check_name(conf->name, err))
		return NULL;
	cls = find_class(conf->type, err);
	if (!cls || check_conf(cls, conf, err))
		goto named;
	while (index < SW_PORT_MAX && ports[index])
		index++;
	port = index < SW_PORT_MAX ? port_alloc(cls) : NULL;
	if (!port) {
		if (index < SW_PORT_MAX)
			sw_err_set(err, SW_CODE_LIMIT, "no memory for another port");
		else
			sw_err_set(err, SW_CODE_LIMIT,
				"there are %u ports already, the most "
				"there can be",
				SW_PORT_MAX);
		goto named;
	}
	port->index = index;
	port->numa = -1;
	port->cls = cls;
	snprintf(port->name, sizeof(port->name), "%s", conf->name);
	conf_copy(&port->conf, conf, cls);
	ports[index] = port;
	return port;
named:
	sw_err_prefix(err, "port %s", conf->name);
	return NULL;
}

int sw_port_open(struct sw_port *port, struct sw_err *err)
{
	int rc;

	assert(!port->opened);
	port->mtu = port->conf.mtu ? port->conf.mtu : RTE_ETHER_MTU;
	if (port->conf.has_mac)
		port->mac = port->conf.mac;
	rc = port->cls->open(port, err);
	if (rc)
		sw_err_prefix(err, "port %s", port->name);
	port->opened = !rc;
	return rc;
}

void sw_port_close(struct sw_port *port)
{
	if (!port->opened)
		return;
	port->opened = false;
	port->cls->close(port);
	__atomic_store_n(&port->n_rxq, 0, __ATOMIC_RELEASE);
}

void sw_port_free(struct sw_port *port)
{
	assert(!port->opened);
	sw_post_cancel(port);
	__atomic_store_n(&change_posted[port->index], false, __ATOMIC_RELEASE);
	ports[port->index] = NULL;
	conf_fini(&port->conf);
	free(port);
}

int sw_port_set(struct sw_port *port, const struct sw_port_conf *conf, struct sw_err *err)
{
	const struct sw_port_class *cls = find_class(conf->type, err);
	int rc = cls ? check_conf(cls, conf, err) : -1;

	if (rc) {
		sw_err_prefix(err, "port %s", port->name);
		return cls ? rc : sw_err_errno(SW_CODE_INVALID);
	}
	if (cls != port->cls || strcmp(conf->name, port->name))
		return SW_PORT_RECREATE;
	if (conf_equal(&port->conf, conf))
		return 0;
	if (port->opened) {
		rc = cls->set ? cls->set(port, conf, err) : SW_PORT_RECREATE;
		if (rc < 0)
			sw_err_prefix(err, "port %s", port->name);
		if (rc)
			return rc;
	}
	conf_fini(&port->conf);
	conf_copy(&port->conf, conf, cls);
	return 0;
}

static void tell_change(void *arg)
{
	struct sw_port *port = arg;

	__atomic_store_n(&change_posted[port->index], false, __ATOMIC_RELEASE);
	if (on_change)
		on_change(port);
}

void sw_port_changed(struct sw_port *port)
{
	if (!__atomic_exchange_n(&change_posted[port->index], true, __ATOMIC_ACQ_REL))
		sw_post(tell_change, port);
}

void sw_port_on_change(void (*fn)(struct sw_port *port))
{
	on_change = fn;
}
