/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Types of messages and errors by their names, for what is told.
 */
#ifndef SWCONTROLLER_NAMES_H
#define SWCONTROLLER_NAMES_H

#include <stdint.h>

#include "../../src/ctl/of/codec/cursor.h"

enum {
	OFPT_FEATURES_REQUEST = 5,
	OFPT_FEATURES_REPLY = 6,
	OFPT_SET_CONFIG = 9,
	OFPT_PACKET_IN = 10,
	OFPT_PORT_STATUS = 12,
	OFPT_PACKET_OUT = 13,
	OFPT10_BARRIER_REQUEST = 18,
	OFPT10_BARRIER_REPLY = 19,
	OFPT_BARRIER_REQUEST = 20,
	OFPT_BARRIER_REPLY = 21,
};

/* "packet_in"; a number where it has no name. Valid until the next call. */
const char *type_name(uint8_t version, uint8_t type);

/* "OFPFMFC_TABLE_FULL, about flow_mod": of an error message, `data` what is behind type and code. */
#define ERROR_TEXT 160
const char *error_text(uint8_t version, uint16_t type, uint16_t code, struct of_cursor data,
	char text[ERROR_TEXT]);

#endif
