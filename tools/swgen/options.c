/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line: a table of options, each with what reads its value. Names are exact; a value is taken
 * whole or refused with what would be taken.
 */
#include "options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <sw/err.h>
#include <sw/exit.h>
#include <sw/text.h>

#include "values.h"

struct option {
	const char *name;
	const char *value; /* NULL: takes none */
	const char *help;
	int (*take)(struct options *o, const struct option *option, const char *value,
		struct sw_err *err);
	size_t at; /* of a number or flag in struct options */
	double min, max;
};

static void *field(struct options *o, const struct option *option)
{
	return (char *)o + option->at;
}

static int take_flag(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	*(bool *)field(o, option) = true;
	return 0;
}

static int take_number(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	return value_number(option->name, value, option->min, option->max, field(o, option), err);
}

static int take_integer(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	uint64_t n;
	int rc = value_integer(option->name, value, option->min, option->max, &n, err);

	if (!rc)
		*(uint32_t *)field(o, option) = n;
	return rc;
}

static int take_u64(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	return value_integer(option->name, value, option->min, option->max, field(o, option), err);
}

static int take_text(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	*(const char **)field(o, option) = value;
	return 0;
}

static int take_port(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	int rc;

	if (o->n_ports < PORTS_MAX) {
		o->ports[o->n_ports++] = value;
		return 0;
	}
	rc = sw_err_set(err, SW_CODE_USAGE, "--port: \"%s\" is a third port", value);
	sw_err_allowed(
		err, "one port (traffic comes back to it) or two (from the first to the second)");
	return rc;
}

static int take_pattern(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	static const char *const words[] = { "pairs", "any", "same", "mesh", NULL };
	int at = value_word(option->name, value, words, err);

	o->pattern = at;
	return at < 0 ? at : 0;
}

static int take_proto(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	static const char *const words[] = { "udp", "tcp", "udp6", "tcp6", NULL };
	int at = value_word(option->name, value, words, err);

	o->proto = at;
	return at < 0 ? at : 0;
}

static int take_dist(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	return value_dist(o, value, err);
}

static int take_vlan(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	if (!strcmp(value, "random"))
		o->mutate |= MUTATE_VLAN;
	return value_vids(option->name, value, field(o, option), err);
}

static int take_size(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	return mix_parse(&o->mix, value, err);
}

static int take_mutate(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	return value_mutate(value, &o->mutate, err);
}

static int take_rate(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	return value_rate(value, &o->rate, err);
}

static int take_speed(
	struct options *o, const struct option *option, const char *value, struct sw_err *err)
{
	if (strcmp(value, "max"))
		return take_number(o, option, value, err);
	o->speed = 0;
	return 0;
}

#define AT(field) offsetof(struct options, field)

static const struct option options[] = {
	{ "port", "DEVICE",
		"a DPDK device: virtio_user0,path=/run/x.sock,server=1 - net_memif0,... - "
		"net_af_packet0,iface=veth1 - 0000:03:00.0; once or twice",
		take_port },
	{ "both", NULL, "with two ports: traffic from the second to the first, too", take_flag,
		AT(both) },
	{ "core", "N", "the core that sends, and receives without --rx-core; default: the last one",
		take_integer, AT(core), 0, 1023 },
	{ "rx-core", "N", "another core that receives", take_integer, AT(rx_core), 0, 1023 },
	{ "memory", "MB", "memory for buffers; default: what the ports need", take_integer,
		AT(memory_mb), 16, 1 << 20 },
	{ "no-huge", NULL, "use no huge pages even when enough are free", take_flag, AT(no_huge) },
	{ "descriptors", "N", "of each queue; default 512", take_integer, AT(descriptors), 32,
		8192 },
	{ "rx-queues", "N",
		"of each port: a switch with several workers, or Open vSwitch over memif, sends on "
		"several; default 1",
		take_integer, AT(rx_queues), 1, QUEUES_MAX },
	{ "wait", "S",
		"for who is to connect, for links, and with --learn until the first packet comes "
		"through; default 10",
		take_number, AT(wait_s), 0, SECONDS_MAX },
	{ "verbose", NULL, "show what DPDK says", take_flag, AT(verbose) },

	{ "flows", "N", "5-tuples, each with its sequence; default: as many as stations",
		take_integer, AT(flows), 1, FLOWS_MAX },
	{ "macs", "N", "stations on each side; default 1", take_integer, AT(macs), 1, FLOWS_MAX },
	{ "pattern", "pairs|any|same|mesh",
		"who speaks to whom: station n to n; to any; all to the first; each to all (as many "
		"flows as there are pairs)",
		take_pattern },
	{ "dist", "uniform|zipf[:S]|sequential", "which flow is next; zipf: 1.1; default uniform",
		take_dist },
	{ "vlan", "VID|A-B|random",
		"tag 802.1Q: one, one for each flow by turns, a new one each packet", take_vlan,
		AT(vlan) },
	{ "outer-vlan", "VID|A-B|random", "a second tag 802.1ad around it", take_vlan, AT(outer) },
	{ "size", "N|imix|N:W,...",
		"of frames with FCS, or a mix with weights; imix is 64:7,594:4,1518:1; "
		"default 64",
		take_size },
	{ "proto", "udp|tcp|udp6|tcp6", "over IPv4 or IPv6; default udp", take_proto },
	{ "mutate", "FIELD,...",
		"new in every packet: src-mac, dst-mac, src-ip, dst-ip, src-port, dst-port, "
		"vlan",
		take_mutate },
	{ "seed", "N", "of random choices; default 1: the same each time", take_u64, AT(seed), 0,
		1e15 },
	{ "pcap", "FILE", "send the frames of a capture instead", take_text, AT(pcap) },
	{ "speed", "F|max",
		"of the capture; default 1: its own pace; max: all at once, or at --rate",
		take_speed, AT(speed), 0.001, 1e6 },
	{ "loop", NULL, "the capture again and again", take_flag, AT(loop) },

	{ "rate", "PPS|N%|Nbps|max",
		"a direction: 250000, 1.5M, 10%, 10Gbps (gaps included); default max", take_rate },
	{ "packets", "N", "a direction; default: as many as the time allows", take_u64, AT(packets),
		1, 1e15 },
	{ "window", "N", "at most so many under way in a direction", take_integer, AT(window), 1,
		1 << 30 },
	{ "time", "S", "to send at most; default 10", take_number, AT(time_s), 0.001, SECONDS_MAX },
	{ "learn", NULL, "first let every station speak once, so that a bridge knows where it is",
		take_flag, AT(learn) },
	{ "warmup", "S", "send so long before what is counted", take_number, AT(warmup_s), 0,
		SECONDS_MAX },
	{ "drain", "S", "wait for what is under way until nothing came for so long; default 0.5",
		take_number, AT(drain_s), 0.001, 60 },
	{ "rfc2544", NULL, "search the highest rate without loss, at most --rate", take_flag,
		AT(rfc2544) },
	{ "trial", "S", "of the search: length of one trial; default 2 (RFC 2544 wants 60)",
		take_number, AT(trial_s), 0.001, SECONDS_MAX },
	{ "precision", "PERCENT", "of the search, of the first rate; default 1", take_number,
		AT(precision), 0.01, 50 },
	{ "loss", "PERCENT", "allowed; more makes exit status 1; default 0", take_number, AT(loss),
		0, 100 },

	{ "interval", "S", "a line so often on standard error; with --rfc2544 one for each trial",
		take_number, AT(interval_s), 0.01, SECONDS_MAX },
	{ "json", NULL, "the result for programs, on standard output", take_flag, AT(json) },
	{ "help", NULL, "print this" },
	{ "version", NULL, "print the version" },
};
#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static const struct sw_exit exits[] = {
	{ EXIT_DONE, "done, and no more was lost than --loss allows" },
	{ EXIT_REFUSED, "more was lost; with --rfc2544: no rate without loss was found" },
	{ EXIT_USAGE, "an option is wrong" },
	{ EXIT_DEVICE,
		"a device cannot be used, its link is down, or --learn reached not all stations" },
	{ 0, NULL },
};

void options_help(void)
{
	puts("Usage: swgen --port DEVICE [--port DEVICE] [OPTION]...\n"
	     "A traffic generator: sends flows from the first port to the second (or back into the one), and "
	     "tells\nwhat was lost, reordered and duplicated of each, and how long it took.\n");
	for (size_t i = 0; i < N_OPTIONS; i++) {
		int n = printf("  --%s%s%s", options[i].name, options[i].value ? "=" : "",
			options[i].value ? options[i].value : "");

		printf("%*s%s\n", n < 38 ? 38 - n : 1, "", options[i].help);
	}
	puts("\nExit status:");
	for (const struct sw_exit *e = exits; e->help; e++)
		printf("  %d  %s\n", e->status, e->help);
}

/* For the manual page. */
void options_json(void)
{
	json_t *all = json_array(), *ends = json_array(), *o;

	for (size_t i = 0; i < N_OPTIONS; i++)
		json_array_append_new(
			all, json_pack("{s:s, s:s?, s:s}", "name", options[i].name, "value",
				     options[i].value, "help", options[i].help));
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
	sw_err_hint(err, "swgen --help lists them");
	return rc;
}

static const struct option *find(const char *word, size_t len)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (strlen(options[i].name) == len && !memcmp(options[i].name, word, len))
			return &options[i];
	return NULL;
}

/* One option at argv[*at]; its value may be the next word. */
static int parse_one(
	char **argv, int *at, struct options *o, enum options_action *action, struct sw_err *err)
{
	const char *word = argv[*at] + 2;
	size_t len = strcspn(word, "=");
	const struct option *option = find(word, len);
	const char *value = word[len] ? word + len + 1 : NULL;

	if (!option)
		return unknown(word, len, err);
	if (!option->value && value)
		return sw_err_set(err, SW_CODE_USAGE, "--%s takes no value", option->name);
	if (option->value && !value)
		value = argv[++*at];
	if (option->value && (!value || !*value))
		return sw_err_set(
			err, SW_CODE_USAGE, "--%s needs a value: %s", option->name, option->value);
	if (option->take)
		return option->take(o, option, value, err);
	*action = !strcmp(option->name, "help") ? OPTIONS_HELP : OPTIONS_VERSION;
	return 0;
}

static void defaults(struct options *o)
{
	*o = (struct options){ .core = -1,
		.rx_core = -1,
		.descriptors = 512,
		.rx_queues = 1,
		.wait_s = 10,
		.zipf = 1.1,
		.seed = 1,
		.speed = 1,
		.time_s = 10,
		.drain_s = 0.5,
		.precision = 1,
		.trial_s = 2 };
	mix_parse(&o->mix, "64", NULL);
}

int options_parse(
	int argc, char **argv, struct options *o, enum options_action *action, struct sw_err *err)
{
	int rc = 0;

	defaults(o);
	*action = OPTIONS_RUN;
	for (int i = 1; i < argc && !rc && *action == OPTIONS_RUN; i++) {
		if (!strncmp(argv[i], "--", 2)) {
			rc = parse_one(argv, &i, o, action, err);
			continue;
		}
		rc = sw_err_set(err, SW_CODE_USAGE, "\"%s\" is not an option", argv[i]);
		sw_err_hint(err, "ports are given with --port; swgen --help lists the options");
	}
	return rc;
}
