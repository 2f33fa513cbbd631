/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See names.h. Types are those of 1.0, 5.1, and 1.3.5, 7.1.1.
 */
#include "names.h"

#include <stdio.h>
#include <string.h>

#include "../../src/ctl/of/codec/error.h"
#include "../../src/ctl/of/codec/head.h"
#include "../../src/ctl/of/codec/version.h"

#define OFPET_EXPERIMENTER 0xffff
#define NXET_VENDOR	   0xb0c2
#define OFPET_HELLO_FAILED 0

static const char *const types10[] = { "hello", "error", "echo_request", "echo_reply", "vendor",
	"features_request", "features_reply", "get_config_request", "get_config_reply",
	"set_config", "packet_in", "flow_removed", "port_status", "packet_out", "flow_mod",
	"port_mod", "stats_request", "stats_reply", "barrier_request", "barrier_reply",
	"queue_get_config_request", "queue_get_config_reply" };
static const char *const types13[] = { "hello", "error", "echo_request", "echo_reply",
	"experimenter", "features_request", "features_reply", "get_config_request",
	"get_config_reply", "set_config", "packet_in", "flow_removed", "port_status", "packet_out",
	"flow_mod", "group_mod", "port_mod", "table_mod", "multipart_request", "multipart_reply",
	"barrier_request", "barrier_reply", "queue_get_config_request", "queue_get_config_reply",
	"role_request", "role_reply", "get_async_request", "get_async_reply", "set_async",
	"meter_mod" };
#define N(a) (sizeof(a) / sizeof((a)[0]))

const char *type_name(uint8_t version, uint8_t type)
{
	static char number[16];

	if (version == OF10 && type < N(types10))
		return types10[type];
	if (version != OF10 && type < N(types13))
		return types13[type];
	snprintf(number, sizeof(number), "type %u", type);
	return number;
}

static const char *name_of(uint8_t version, struct of_error_number number)
{
	for (enum of_error e = 1; e < OF_ERRORS; e++) {
		struct of_error_number n = of_error_number(e, version);

		if (n.experimenter == number.experimenter && n.type == number.type &&
			(n.code == number.code || (n.experimenter && version != OF10)))
			return of_error_name(e);
	}
	return NULL;
}

/* An experimenter's error, and Nicira's in 1.0, have their numbers behind the first two. */
static struct of_error_number number_of(
	uint8_t version, uint16_t type, uint16_t code, struct of_cursor *data)
{
	struct of_error_number n = { .type = type, .code = code };
	bool vendor = version == OF10 && type == NXET_VENDOR && of_left(data) >= 8;

	if (vendor || (version != OF10 && type == OFPET_EXPERIMENTER && of_left(data) >= 4)) {
		n.experimenter = of_u32(data);
		n.type = vendor ? of_u16(data) : code;
		n.code = vendor ? of_u16(data) : 0;
	}
	return n;
}

/* Text of the switch, without what a terminal would act on. */
static void add_text(struct of_cursor data, char *text, size_t size)
{
	size_t n = of_left(&data) < size - 1 ? of_left(&data) : size - 1;

	for (size_t i = 0; i < n; i++)
		text[i] = data.at[i] < ' ' || data.at[i] > '~' ? '.' : data.at[i];
	text[n] = '\0';
}

const char *error_text(
	uint8_t version, uint16_t type, uint16_t code, struct of_cursor data, char text[ERROR_TEXT])
{
	struct of_error_number n = number_of(version, type, code, &data);
	const char *name = name_of(version, n);
	int len;

	if (name)
		len = snprintf(text, ERROR_TEXT, "%s", name);
	else
		len = snprintf(text, ERROR_TEXT, "of type %u, code %u", n.type, n.code);
	if (!n.experimenter && n.type == OFPET_HELLO_FAILED) {
		len += snprintf(text + len, ERROR_TEXT - len, ": ");
		add_text(data, text + len, ERROR_TEXT - len);
	} else if (of_left(&data) >= OF_HEAD) {
		snprintf(
			text + len, ERROR_TEXT - len, ", about %s", type_name(version, data.at[1]));
	}
	return text;
}
