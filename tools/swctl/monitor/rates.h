/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rates from two answers of the switch: of ports, by name, and of workers. No input or output.
 */
#ifndef SWCTL_RATES_H
#define SWCTL_RATES_H

#include <stdint.h>

#include <jansson.h>

enum rate { RATE_RX_PPS, RATE_RX_BPS, RATE_TX_PPS, RATE_TX_BPS, RATE_DROPS, RATE_LOAD, RATES };

struct port_rate {
	const char *name; /* of the later answer */
	double rate
		[RATES]; /* a second; bits for BPS; LOAD: percent of a worker that its queues take */
	const char *reason; /* of most of the drops; NULL: none */
};

struct worker_rate {
	json_int_t id;
	double busy, cycles, pps; /* percent; cycles a packet, 0: no packet */
};

struct rates {
	unsigned n_ports, n_workers;
	struct port_rate *ports, total;
	struct worker_rate *workers;
	json_int_t worst_us; /* the control loop's longest step */
};

/* The commands whose answers rates_make takes: the results of a transaction, in this order. */
enum rates_answer { ANSWER_STATS, ANSWER_DROPS, ANSWER_WORKERS, ANSWER_CONTROL, ANSWER_QUEUES };
json_t *rates_commands(unsigned seconds); /* between the two answers, about */

/* Sorted by a rate, highest first; ports that were not there before have none. rates_fini in the end. */
void rates_make(struct rates *r, const json_t *before, const json_t *now, double seconds);
void rates_sort(struct rates *r, enum rate by);
void rates_fini(struct rates *r);

#endif
