/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line. Names are those of ovs-testcontroller(8), but exact.
 */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include <sw/err.h>
#include <sw/text.h>

#include "../../src/ctl/of/codec/version.h"

#define DEFAULT_IDLE	  60
#define OFPFW_ALL	  0x3fffff
#define DEFAULT_WILDCARDS 0x2820f0 /* what is above Ethernet and the VLAN */
#define QUEUE_MAX	  0xfffffffeu

static int refuse(
	const struct cli_option *option, const char *value, const char *allowed, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_USAGE, "--%s: \"%s\" is not allowed", option->name, value);

	sw_err_path(err, "--%s", option->name);
	sw_err_given(err, "%s", value);
	sw_err_allowed(err, "%s", allowed);
	return rc;
}

static int take_idle(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	struct options *o = into;
	uint64_t n = 0;

	if (strcmp(value, "permanent") && sw_parse_u64(value, 1, UINT16_MAX, &n))
		return refuse(option, value, "1 to 65535 seconds, or permanent", err);
	o->max_idle = n;
	return 0;
}

static int take_wildcards(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	struct options *o = into;
	uint64_t n = DEFAULT_WILDCARDS;
	char hex[20];

	if (value) {
		/* hexadecimal with and without 0x, as it always was */
		snprintf(hex, sizeof(hex), "%s%s", strncmp(value, "0x", 2) ? "0x" : "", value);
		if (sw_parse_u64(hex, 0, OFPFW_ALL, &n))
			return refuse(option, value, "0 to 0x3fffff, OFPFW_* of OpenFlow 1.0", err);
	}
	o->wildcards = n;
	return 0;
}

static int take_queue(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	struct options *o = into;
	uint64_t n;

	if (sw_parse_u64(value, 0, QUEUE_MAX, &n))
		return refuse(option, value, "0 to 4294967294", err);
	o->queue = n;
	return 0;
}

static int take_port_queue(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	struct options *o = into;
	struct port_queue *q = &o->port_queues[o->n_port_queues];
	const char *sep = strrchr(value, ':');
	uint64_t n;

	if (!sep || sep == value || (size_t)(sep - value) >= sizeof(q->port) ||
		sw_parse_u64(sep + 1, 0, QUEUE_MAX, &n))
		return refuse(option, value,
			"PORT:QUEUE, a port's name of up to 16 bytes and 0 to 4294967294", err);
	if (o->n_port_queues == PORT_QUEUES_MAX)
		return refuse(option, value, "256 of them", err);
	snprintf(q->port, sizeof(q->port), "%.*s", (int)(sep - value), value);
	q->queue = n;
	o->n_port_queues++;
	return 0;
}

static int take_flow_file(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	struct options *o = into;

	if (o->n_flow_files == FLOW_FILES_MAX)
		return refuse(option, value, "64 files", err);
	o->flow_files[o->n_flow_files++] = value;
	return 0;
}

static int take_ca_cert(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	struct options *o = into;
	int rc;

	if (o->ca_cert) {
		rc = sw_err_set(err, SW_CODE_USAGE,
			"--%s: a certificate of an authority was given already", option->name);
		sw_err_hint(err, "--ca-cert and --bootstrap-ca-cert exclude each other");
		return rc;
	}
	o->ca_cert = value;
	o->bootstrap = !option->letter;
	return 0;
}

static int take_versions(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	struct options *o = into;
	const char *at = value;

	o->versions = 0;
	while (*at) {
		size_t len = strcspn(at, ",");

		if (len == 10 && !memcmp(at, "OpenFlow10", len))
			o->versions |= OF_V10;
		else if (len == 10 && !memcmp(at, "OpenFlow13", len))
			o->versions |= OF_V13;
		else
			return refuse(option, value,
				"OpenFlow10, OpenFlow13, or both with a comma between", err);
		at += len + (at[len] == ',');
	}
	return o->versions ? 0 : refuse(option, value, "OpenFlow10, OpenFlow13", err);
}

#define AT(field) offsetof(struct options, field)

static const struct cli_option options[] = {
	{ 'H', "hub", NULL, "be a hub: everything is flooded, by one rule", cli_flag, AT(hub) },
	{ 'n', "noflow", NULL,
		"add no rules for what is learned: every packet comes here and is sent on from here",
		cli_flag, AT(no_flow) },
	{ 'N', "normal", NULL,
		"what is not flooded goes where the switch itself would send it (NORMAL)", cli_flag,
		AT(normal) },
	{ 0, "max-idle", "SECS|permanent",
		"learned rules go after so long without packets; default 60", take_idle },
	{ 'w', "wildcards", "[MASK]",
		"learned rules match less: leave out the fields of this mask (OFPFW_* of OpenFlow 1.0, "
		"hexadecimal); alone: 0x2820f0, all above Ethernet and VLAN",
		take_wildcards },
	{ 'q', "queue", "QUEUE", "send by this queue of each port", take_queue },
	{ 'Q', "port-queue", "PORT:QUEUE",
		"send what came in by the port of that name by this queue; may be given again",
		take_port_queue },
	{ 0, "with-flows", "FILE",
		"give each switch the rules of this file, in the syntax of ovs-ofctl add-flows; may be given again",
		take_flow_file },
	{ 'O', "protocols", "VERSION,...", "speak only these: OpenFlow10, OpenFlow13; default both",
		take_versions },
	{ 0, "mute", NULL, "say nothing but hello, and answer nothing", cli_flag, AT(mute) },
	{ 'p', "private-key", "FILE", "of pssl: and ssl:, PEM", cli_text, AT(private_key) },
	{ 'c', "certificate", "FILE",
		"of the private key, PEM, with those between it and the authority", cli_text,
		AT(certificate) },
	{ 'C', "ca-cert", "FILE",
		"of the authority that switches' certificates must be of, PEM; none: any switch is let in",
		take_ca_cert },
	{ 0, "bootstrap-ca-cert", "FILE",
		"as --ca-cert; while there is no such file, it is made of what the first switch sends",
		take_ca_cert },
	{ 'v', "verbose", NULL, "show each message, on standard error", cli_flag, AT(verbose) },
	{ 0, "json", NULL, "the statistics at the end for programs", cli_flag, AT(json) },
	{ 'h', "help", NULL, "print this" },
	{ 'V', "version", NULL, "print the version" },
};
#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static const struct sw_exit exits[] = {
	{ EXIT_DONE, "ended by SIGINT or SIGTERM" },
	{ EXIT_USAGE, "an option or a rule of a file is wrong" },
	{ EXIT_DEVICE, "a file or an address cannot be used" },
	{ 0, NULL },
};

static int take_method(void *into, const char *text, struct sw_err *err)
{
	struct options *o = into;

	if (o->n_methods == METHODS_MAX)
		return sw_err_set(
			err, SW_CODE_LIMIT, "\"%s\": more than %d methods", text, METHODS_MAX);
	return method_parse(text, &o->methods[o->n_methods++], err);
}

const struct cli options_cli = {
	.program = "swcontroller",
	.usage =
		"Usage: swcontroller [OPTION]... METHOD...\n"
		"An OpenFlow controller for tests and demonstrations: each switch becomes a learning switch, or "
		"a hub.\n"
		"A METHOD is ptcp:[PORT][:ADDRESS], pssl:[PORT][:ADDRESS] or punix:FILE, where switches come to, "
		"or\n"
		"tcp:HOST[:PORT], ssl:HOST[:PORT] or unix:FILE, where one is. The port is 6653.\n",
	.options = options,
	.n_options = N_OPTIONS,
	.exits = exits,
	.word = take_method,
};

static bool needs_tls(const struct options *o)
{
	for (unsigned i = 0; i < o->n_methods; i++)
		if (o->methods[i].tls)
			return true;
	return false;
}

/* What does not go together. */
static int check(const struct options *o, struct sw_err *err)
{
	bool queues = o->queue != NO_QUEUE || o->n_port_queues;
	int rc = 0;

	if (!o->n_methods) {
		rc = sw_err_set(err, SW_CODE_USAGE, "no METHOD is given: where are the switches?");
		sw_err_hint(err,
			"ptcp: waits for them at port 6653; swcontroller --help tells the others");
	} else if (queues && (o->hub || o->normal)) {
		rc = sw_err_set(err, SW_CODE_USAGE,
			"--queue and --port-queue have no meaning with %s",
			o->hub ? "--hub" : "--normal");
		sw_err_hint(
			err, "FLOOD and NORMAL use no queue of ours; leave one of the options out");
	} else if (needs_tls(o) && (!o->private_key || !o->certificate || !o->ca_cert)) {
		rc = sw_err_set(err, SW_CODE_USAGE, "pssl: and ssl: need %s",
			!o->private_key	  ? "--private-key"
			: !o->certificate ? "--certificate"
					  : "--ca-cert or --bootstrap-ca-cert");
		sw_err_hint(err,
			"ovs-pki(8) or openssl(1) make such files; --ca-cert=none lets any switch in");
	}
	return rc;
}

int options_parse(
	int argc, char **argv, struct options *o, enum cli_action *action, struct sw_err *err)
{
	int rc;

	*o = (struct options){
		.versions = OF_V10_V13, .max_idle = DEFAULT_IDLE, .queue = NO_QUEUE
	};
	rc = cli_parse(&options_cli, argc, argv, o, action, err);
	return rc || *action != CLI_RUN ? rc : check(o, err);
}
