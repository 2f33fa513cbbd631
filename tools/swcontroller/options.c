/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line: a table of options, each with what reads its value. Names are those of ovs-testcontroller(8), but
 * exact: none is taken for another because it begins like it.
 */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include <sw/err.h>
#include <sw/exit.h>
#include <sw/text.h>

#include "../../src/ctl/of/codec/version.h"

#define DEFAULT_IDLE	  60
#define OFPFW_ALL	  0x3fffff
#define DEFAULT_WILDCARDS 0x2820f0 /* what is above Ethernet and the VLAN */
#define QUEUE_MAX	  0xfffffffeu

struct option {
	char letter; /* 0: none */
	const char *name;
	const char *
		value; /* NULL: takes none; in []: it may be left out, and else stands behind '=' or the letter */
	const char *help;
	int (*take)(struct options *o, const struct option *option, const char *value,
		struct sw_err *err);
	size_t at; /* of a flag or text in struct options */
};

static int refuse(
	const struct option *option, const char *value, const char *allowed, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_USAGE, "--%s: \"%s\" is not allowed", option->name, value);

	sw_err_path(err, "--%s", option->name);
	sw_err_given(err, "%s", value);
	sw_err_allowed(err, "%s", allowed);
	return rc;
}

static int take_flag(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	*(bool *)((char *)o + option->at) = true;
	return 0;
}

static int take_text(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	*(const char **)((char *)o + option->at) = value;
	return 0;
}

static int take_idle(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	uint64_t n = 0;

	if (strcmp(value, "permanent") && sw_parse_u64(value, 1, UINT16_MAX, &n))
		return refuse(option, value, "1 to 65535 seconds, or permanent", err);
	o->max_idle = n;
	return 0;
}

static int take_wildcards(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
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
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	uint64_t n;

	if (sw_parse_u64(value, 0, QUEUE_MAX, &n))
		return refuse(option, value, "0 to 4294967294", err);
	o->queue = n;
	return 0;
}

static int take_port_queue(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
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
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	if (o->n_flow_files == FLOW_FILES_MAX)
		return refuse(option, value, "64 files", err);
	o->flow_files[o->n_flow_files++] = value;
	return 0;
}

static int take_ca_cert(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
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
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
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

static const struct option options[] = {
	{ 'H', "hub", NULL, "be a hub: everything is flooded, by one rule", take_flag, AT(hub) },
	{ 'n', "noflow", NULL,
		"add no rules for what is learned: every packet comes here and is sent on from here",
		take_flag, AT(no_flow) },
	{ 'N', "normal", NULL,
		"what is not flooded goes where the switch itself would send it (NORMAL)",
		take_flag, AT(normal) },
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
	{ 0, "mute", NULL, "say nothing but hello, and answer nothing", take_flag, AT(mute) },
	{ 'p', "private-key", "FILE", "of pssl: and ssl:, PEM", take_text, AT(private_key) },
	{ 'c', "certificate", "FILE",
		"of the private key, PEM, with those between it and the authority", take_text,
		AT(certificate) },
	{ 'C', "ca-cert", "FILE",
		"of the authority that switches' certificates must be of, PEM; none: any switch is let in",
		take_ca_cert },
	{ 0, "bootstrap-ca-cert", "FILE",
		"as --ca-cert; while there is no such file, it is made of what the first switch sends",
		take_ca_cert },
	{ 'v', "verbose", NULL, "show each message, on standard error", take_flag, AT(verbose) },
	{ 0, "json", NULL, "the statistics at the end for programs", take_flag, AT(json) },
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

static void head_of(const struct option *o, char head[64])
{
	int n = o->letter ? sprintf(head, "-%c, ", o->letter) : sprintf(head, "    ");

	n += sprintf(head + n, "--%s", o->name);
	if (o->value && *o->value == '[')
		sprintf(head + n, "[=%s", o->value + 1);
	else if (o->value)
		sprintf(head + n, "=%s", o->value);
}

void options_help(void)
{
	puts("Usage: swcontroller [OPTION]... METHOD...\n"
	     "An OpenFlow controller for tests and demonstrations: each switch becomes a learning switch, or a hub.\n"
	     "A METHOD is ptcp:[PORT][:HOST], pssl:[PORT][:HOST] or punix:FILE, where switches come to, or\n"
	     "tcp:HOST[:PORT], ssl:HOST[:PORT] or unix:FILE, where one is. The port is 6653.\n");
	for (size_t i = 0; i < N_OPTIONS; i++) {
		char head[64];

		head_of(&options[i], head);
		printf("  %-32s %s\n", head, options[i].help);
	}
	puts("\nExit status:");
	for (const struct sw_exit *e = exits; e->help; e++)
		printf("  %d  %s\n", e->status, e->help);
}

void options_json(void)
{
	json_t *all = json_array(), *ends = json_array(), *o;

	for (size_t i = 0; i < N_OPTIONS; i++) {
		char letter[2] = { options[i].letter };

		json_array_append_new(
			all, json_pack("{s:s, s:s?, s:s?, s:s}", "name", options[i].name, "letter",
				     *letter ? letter : NULL, "value", options[i].value, "help",
				     options[i].help));
	}
	for (const struct sw_exit *e = exits; e->help; e++)
		json_array_append_new(
			ends, json_pack("{s:i, s:s}", "status", e->status, "help", e->help));
	o = json_pack("{s:o, s:o}", "options", all, "exit_statuses", ends);
	json_dumpf(o, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(o);
}

static int unknown(const char *word, size_t len, struct sw_err *err)
{
	const char *names[N_OPTIONS];
	char name[64];
	int rc, near;

	for (size_t i = 0; i < N_OPTIONS; i++)
		names[i] = options[i].name;
	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	rc = sw_err_set(err, SW_CODE_USAGE, "there is no option --%s", name);
	near = sw_nearest(name, names, N_OPTIONS);
	if (near >= 0)
		sw_err_nearest(err, names[near]);
	sw_err_hint(err, "swcontroller --help lists them");
	return rc;
}

static const struct option *find(const char *word, size_t len)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (strlen(options[i].name) == len && !memcmp(options[i].name, word, len))
			return &options[i];
	return NULL;
}

static const struct option *find_letter(char letter)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (options[i].letter == letter)
			return &options[i];
	return NULL;
}

/* value: what stands with the option, NULL: nothing; then it may be the next word. */
static int take(const struct option *option, const char *value, char **argv, int *at,
	struct options *o, struct sw_err *err)
{
	if (!option->value && value)
		return sw_err_set(err, SW_CODE_USAGE, "--%s takes no value", option->name);
	if (option->value && *option->value != '[' && !value && argv[*at])
		value = argv[++*at];
	if (option->value && *option->value != '[' && (!value || !*value))
		return sw_err_set(
			err, SW_CODE_USAGE, "--%s needs a value: %s", option->name, option->value);
	return option->take(o, option, value, err);
}

static bool is_action(const struct option *option, enum options_action *action)
{
	if (option->take)
		return false;
	*action = !strcmp(option->name, "help") ? OPTIONS_HELP : OPTIONS_VERSION;
	return true;
}

static int parse_long(
	char **argv, int *at, struct options *o, enum options_action *action, struct sw_err *err)
{
	const char *word = argv[*at] + 2;
	size_t len = strcspn(word, "=");
	const struct option *option = find(word, len);

	if (!option)
		return unknown(word, len, err);
	if (!word[len] && is_action(option, action))
		return 0;
	return take(option, word[len] ? word + len + 1 : NULL, argv, at, o, err);
}

/* "-nN", "-q1", "-q 1": letters up to one with a value, which is the rest of the word, or the next one. */
static int parse_letters(
	char **argv, int *at, struct options *o, enum options_action *action, struct sw_err *err)
{
	int rc = 0;

	for (const char *p = argv[*at] + 1; *p && !rc && *action == OPTIONS_RUN; p++) {
		const struct option *option = find_letter(*p);

		if (!option) {
			rc = sw_err_set(err, SW_CODE_USAGE, "there is no option -%c", *p);
			sw_err_hint(err, "swcontroller --help lists them");
			return rc;
		}
		if (is_action(option, action))
			return 0;
		if (option->value)
			return take(option, p[1] ? p + 1 : NULL, argv, at, o, err);
		rc = take(option, NULL, argv, at, o, err);
	}
	return rc;
}

static int add_method(struct options *o, const char *text, struct sw_err *err)
{
	if (o->n_methods == METHODS_MAX)
		return sw_err_set(
			err, SW_CODE_LIMIT, "\"%s\": more than %d methods", text, METHODS_MAX);
	return method_parse(text, &o->methods[o->n_methods++], err);
}

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
	int argc, char **argv, struct options *o, enum options_action *action, struct sw_err *err)
{
	int rc = 0;

	*o = (struct options){
		.versions = OF_V10_V13, .max_idle = DEFAULT_IDLE, .queue = NO_QUEUE
	};
	*action = OPTIONS_RUN;
	for (int i = 1; i < argc && !rc && *action == OPTIONS_RUN; i++) {
		if (!strncmp(argv[i], "--", 2))
			rc = parse_long(argv, &i, o, action, err);
		else if (argv[i][0] == '-')
			rc = parse_letters(argv, &i, o, action, err);
		else
			rc = add_method(o, argv[i], err);
	}
	if (!rc && *action == OPTIONS_RUN)
		rc = check(o, err);
	return rc;
}
