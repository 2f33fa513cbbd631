/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ethertypes as arguments of actions.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef PIPELINE_ACTION_ETHERTYPE_H
#define PIPELINE_ACTION_ETHERTYPE_H

#include <rte_byteorder.h>

#include "../field/proto.h"

struct sw_err;

/* One of two (the same twice: one); 0 and 0: any. */
int arg_ethertype(const char *what, const char *text, uint16_t one, uint16_t other, rte_be16_t *out,
	struct sw_err *err);

#endif
