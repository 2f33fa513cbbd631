/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line. A value is taken whole or refused with what would be taken.
 */
#include "options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>

#include "values.h"

static void *field(void *into, const struct cli_option *option)
{
	return (char *)into + option->at;
}

static int take_number(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	return value_number(
		option->name, value, option->min, option->max, field(into, option), err);
}

static int take_integer(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	uint64_t n;
	int rc = value_integer(option->name, value, option->min, option->max, &n, err);

	if (!rc)
		*(uint32_t *)field(into, option) = n;
	return rc;
}

static int take_u64(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	return value_integer(
		option->name, value, option->min, option->max, field(into, option), err);
}

static int take_port(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	struct options *o = into;
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
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	static const char *const words[] = { "pairs", "any", "same", "mesh", NULL };
	struct options *o = into;
	int at = value_word(option->name, value, words, err);

	o->pattern = at;
	return at < 0 ? at : 0;
}

static int take_proto(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	static const char *const words[] = { "udp", "tcp", "udp6", "tcp6", NULL };
	struct options *o = into;
	int at = value_word(option->name, value, words, err);

	o->proto = at;
	return at < 0 ? at : 0;
}

static int take_dist(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	return value_dist(into, value, err);
}

static int take_vlan(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	struct options *o = into;

	if (!strcmp(value, "random"))
		o->mutate |= MUTATE_VLAN;
	return value_vids(option->name, value, field(into, option), err);
}

static int take_size(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	struct options *o = into;

	return mix_parse(&o->mix, value, err);
}

static int take_mutate(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	struct options *o = into;

	return value_mutate(value, &o->mutate, err);
}

static int take_rate(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	struct options *o = into;

	return value_rate(value, &o->rate, err);
}

static int take_speed(
	void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	struct options *o = into;

	if (strcmp(value, "max"))
		return take_number(into, option, value, err);
	o->speed = 0;
	return 0;
}

#define AT(field) offsetof(struct options, field)

static const struct cli_option options[] = {
	{ 0, "port", "DEVICE",
		"a DPDK device: virtio_user0,path=/run/x.sock,server=1 - net_memif0,... - "
		"net_af_packet0,iface=veth1 - 0000:03:00.0; once or twice",
		take_port },
	{ 0, "both", NULL, "with two ports: traffic from the second to the first, too", cli_flag,
		AT(both) },
	{ 0, "core", "N",
		"the core that sends, and receives without --rx-core; default: the last one",
		take_integer, AT(core), 0, 1023 },
	{ 0, "rx-core", "N", "another core that receives", take_integer, AT(rx_core), 0, 1023 },
	{ 0, "memory", "MB", "memory for buffers; default: what the ports need", take_integer,
		AT(memory_mb), 16, 1 << 20 },
	{ 0, "no-huge", NULL, "use no huge pages even when enough are free", cli_flag,
		AT(no_huge) },
	{ 0, "descriptors", "N", "of each queue; default 512", take_integer, AT(descriptors), 32,
		8192 },
	{ 0, "rx-queues", "N",
		"of each port: a switch with several workers, or Open vSwitch over memif, sends on "
		"several; default 1",
		take_integer, AT(rx_queues), 1, QUEUES_MAX },
	{ 0, "wait", "S",
		"for who is to connect, for links, and with --learn until the first packet comes "
		"through; default 10",
		take_number, AT(wait_s), 0, SECONDS_MAX },
	{ 0, "verbose", NULL, "show what DPDK says", cli_flag, AT(verbose) },

	{ 0, "flows", "N", "5-tuples, each with its sequence; default: as many as stations",
		take_integer, AT(flows), 1, FLOWS_MAX },
	{ 0, "macs", "N", "stations on each side; default 1", take_integer, AT(macs), 1,
		FLOWS_MAX },
	{ 0, "pattern", "pairs|any|same|mesh",
		"who speaks to whom: station n to n; to any; all to the first; each to all (as many "
		"flows as there are pairs)",
		take_pattern },
	{ 0, "dist", "uniform|zipf[:S]|sequential",
		"which flow is next; zipf: 1.1; default uniform", take_dist },
	{ 0, "vlan", "VID|A-B|random",
		"tag 802.1Q: one, one for each flow by turns, a new one each packet", take_vlan,
		AT(vlan) },
	{ 0, "outer-vlan", "VID|A-B|random", "a second tag 802.1ad around it", take_vlan,
		AT(outer) },
	{ 0, "size", "N|imix|N:W,...",
		"of frames with FCS, or a mix with weights; imix is 64:7,594:4,1518:1; "
		"default 64",
		take_size },
	{ 0, "proto", "udp|tcp|udp6|tcp6", "over IPv4 or IPv6; default udp", take_proto },
	{ 0, "mutate", "FIELD,...",
		"new in every packet: src-mac, dst-mac, src-ip, dst-ip, src-port, dst-port, "
		"vlan",
		take_mutate },
	{ 0, "seed", "N", "of random choices; default 1: the same each time", take_u64, AT(seed), 0,
		1e15 },
	{ 0, "pcap", "FILE", "send the frames of a capture instead", cli_text, AT(pcap) },
	{ 0, "speed", "F|max",
		"of the capture; default 1: its own pace; max: all at once, or at --rate",
		take_speed, AT(speed), 0.001, 1e6 },
	{ 0, "loop", NULL, "the capture again and again", cli_flag, AT(loop) },

	{ 0, "rate", "PPS|N%|Nbps|max",
		"a direction: 250000, 1.5M, 10%, 10Gbps (gaps included); default max", take_rate },
	{ 0, "packets", "N", "a direction; default: as many as the time allows", take_u64,
		AT(packets), 1, 1e15 },
	{ 0, "window", "N",
		"at most so many under way in a direction; when nothing came for --drain, they are lost",
		take_integer, AT(window), 1, 1 << 30 },
	{ 0, "time", "S", "to send at most; default 10", take_number, AT(time_s), 0.001,
		SECONDS_MAX },
	{ 0, "learn", NULL,
		"first let every station speak once, so that a bridge knows where it is", cli_flag,
		AT(learn) },
	{ 0, "warmup", "S", "send so long before what is counted", take_number, AT(warmup_s), 0,
		SECONDS_MAX },
	{ 0, "drain", "S", "wait for what is under way until nothing came for so long; default 0.5",
		take_number, AT(drain_s), 0.001, 60 },
	{ 0, "rfc2544", NULL, "search the highest rate without loss, at most --rate", cli_flag,
		AT(rfc2544) },
	{ 0, "trial", "S", "of the search: length of one trial; default 2 (RFC 2544 wants 60)",
		take_number, AT(trial_s), 0.001, SECONDS_MAX },
	{ 0, "precision", "PERCENT", "of the search, of the first rate; default 1", take_number,
		AT(precision), 0.01, 50 },
	{ 0, "loss", "PERCENT", "allowed; more makes exit status 1; default 0", take_number,
		AT(loss), 0, 100 },

	{ 0, "interval", "S",
		"a line so often on standard error; with --rfc2544 one for each trial", take_number,
		AT(interval_s), 0.01, SECONDS_MAX },
	{ 0, "json", NULL, "the result for programs, on standard output", cli_flag, AT(json) },
	{ 0, "help", NULL, "print this" },
	{ 0, "version", NULL, "print the version" },
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

static int refuse_word(void *into, const char *word, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_USAGE, "\"%s\" is not an option", word);

	sw_err_hint(err, "ports are given with --port; swgen --help lists the options");
	return rc;
}

const struct cli options_cli = {
	.program = "swgen",
	.usage =
		"Usage: swgen --port DEVICE [--port DEVICE] [OPTION]...\n"
		"A traffic generator: sends flows from the first port to the second (or back into the one), and "
		"tells\nwhat was lost, reordered and duplicated of each, and how long it took.\n",
	.options = options,
	.n_options = N_OPTIONS,
	.exits = exits,
	.word = refuse_word,
};

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
	int argc, char **argv, struct options *o, enum cli_action *action, struct sw_err *err)
{
	defaults(o);
	return cli_parse(&options_cli, argc, argv, o, action, err);
}
