/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the command line asks for. Texts point into argv.
 */
#ifndef SWCONTROLLER_OPTIONS_H
#define SWCONTROLLER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "../cli/cli.h"
#include "method.h"

struct sw_err;

#define METHODS_MAX	64
#define PORT_QUEUES_MAX 256
#define FLOW_FILES_MAX	64
#define NO_QUEUE	UINT32_MAX

struct port_queue {
	char port[17];
	uint32_t queue;
};

struct options {
	struct method methods[METHODS_MAX];
	unsigned n_methods;
	uint32_t versions; /* OF_BIT() of each that is spoken */
	bool hub, no_flow, normal, mute;
	uint16_t max_idle;  /* seconds; 0: for ever */
	uint32_t wildcards; /* OFPFW_* of OpenFlow 1.0 that learned rules leave out */
	uint32_t queue;	    /* or NO_QUEUE */
	struct port_queue port_queues[PORT_QUEUES_MAX];
	unsigned n_port_queues;
	const char *flow_files[FLOW_FILES_MAX];
	unsigned n_flow_files;
	const char *private_key, *certificate, *ca_cert; /* NULL: not given */
	bool bootstrap; /* ca_cert is what --bootstrap-ca-cert named */
	bool verbose, json;
};

extern const struct cli options_cli;

int options_parse(
	int argc, char **argv, struct options *o, enum cli_action *action, struct sw_err *err);

#endif
