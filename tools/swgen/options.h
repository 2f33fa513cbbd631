/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the command line of swgen asks for, as typed values. Filled once by options_parse, then constant.
 *
 * Lengths of frames are as on the wire, the four bytes of FCS included, as RFC 2544 and the field count
 * them: a frame of 64 is 60 bytes in memory.
 */
#ifndef SWGEN_OPTIONS_H
#define SWGEN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "../cli/cli.h"
#include "mix.h"

#define FLOWS_MAX   (1U << 20)
#define MESH_MAX    1024 /* stations whose pairs are FLOWS_MAX */
#define PORTS_MAX   2
#define QUEUES_MAX  64
#define FRAME_MIN   64
#define FRAME_MAX   9018
#define SECONDS_MAX 86400

struct sw_err;

enum pattern { PATTERN_PAIRS, PATTERN_ANY, PATTERN_SAME, PATTERN_MESH };
enum dist { DIST_UNIFORM, DIST_ZIPF, DIST_SEQUENTIAL };
enum proto { PROTO_UDP, PROTO_TCP, PROTO_UDP6, PROTO_TCP6 };
enum rate_unit { RATE_MAX, RATE_PPS, RATE_BPS, RATE_PERCENT };

/* Fields that take a new random value in every packet. */
enum {
	MUTATE_SRC_MAC = 1 << 0,
	MUTATE_DST_MAC = 1 << 1,
	MUTATE_SRC_IP = 1 << 2,
	MUTATE_DST_IP = 1 << 3,
	MUTATE_SRC_PORT = 1 << 4,
	MUTATE_DST_PORT = 1 << 5,
	MUTATE_VLAN = 1 << 6,
};

struct vids {
	uint16_t from, to; /* 0: no tag */
};

struct rate {
	enum rate_unit unit;
	double value;
};

struct options {
	/* devices and the machine */
	const char *ports[PORTS_MAX];
	unsigned n_ports;
	bool both, no_huge, verbose;
	int core, rx_core;  /* -1: not given */
	unsigned memory_mb; /* 0: as much as it takes */
	unsigned descriptors, rx_queues;
	double wait_s;
	/* traffic */
	uint32_t flows, macs; /* 0: not given */
	enum pattern pattern;
	enum dist dist;
	double zipf;
	struct vids vlan, outer;
	struct mix mix;
	enum proto proto;
	unsigned mutate;
	uint64_t seed;
	const char *pcap;
	double speed; /* of the replay, 0: as fast as can be, or at --rate when given */
	bool loop;
	/* how much, how long */
	struct rate rate;
	uint64_t packets; /* a direction; 0: no limit but time */
	uint32_t window;  /* under way at most; 0: no limit */
	double time_s, warmup_s, drain_s;
	bool learn;
	bool rfc2544;
	double loss, precision, trial_s; /* percent, percent, seconds */
	/* what is said */
	double interval_s;
	bool json;
};

extern const struct cli options_cli;

/* 0 or a negative errno with the sentence in err. Texts point into argv. */
int options_parse(
	int argc, char **argv, struct options *o, enum cli_action *action, struct sw_err *err);

/* What contradicts itself or does not fit together; fills what follows from the rest (flows, macs). */
int options_check(struct options *o, struct sw_err *err);

#endif
