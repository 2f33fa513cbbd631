/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Formats of strings in the configuration: names, MAC addresses, stations.
 */
#include "format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/text.h>

int format_name(const char *text, struct sw_err *err)
{
	const char *fault = sw_name_fault(text);
	int rc;

	if (!fault)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "the name \"%s\" %s", text, fault);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "1 to %d letters, digits and \"._-+@:\"", SW_NAME_SIZE - 1);
	return rc;
}

static int bad_mac(const char *text, const char *why, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "\"%s\" %s", text, why);

	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "a unicast MAC address such as 52:54:00:12:34:56");
	return rc;
}

int format_mac(const char *text, struct sw_err *err)
{
	struct rte_ether_addr mac;

	if (sw_parse_mac(text, &mac))
		return bad_mac(text, "is not a MAC address", err);
	if (rte_is_multicast_ether_addr(&mac))
		return bad_mac(text, "is a multicast address", err);
	if (rte_is_zero_ether_addr(&mac))
		return bad_mac(text, "is the address of no station", err);
	return 0;
}

int format_read_station(const char *text, uint16_t *vid, struct rte_ether_addr *mac)
{
	const char *slash = strchr(text, '/');
	char digits[8];
	uint64_t n;

	if (!slash || slash - text >= (int)sizeof(digits))
		return -EINVAL;
	snprintf(digits, sizeof(digits), "%.*s", (int)(slash - text), text);
	if (sw_parse_u64(digits, 0, 4095, &n) || sw_parse_mac(slash + 1, mac))
		return -EINVAL;
	*vid = n;
	return 0;
}

int format_station(const char *text, struct sw_err *err)
{
	char canonical[32], addr[SW_MAC_SIZE];
	struct rte_ether_addr mac;
	uint16_t vid;
	int rc;

	if (format_read_station(text, &vid, &mac)) {
		rc = sw_err_set(
			err, SW_CODE_INVALID, "\"%s\" is not a VLAN and a MAC address", text);
		sw_err_given(err, "%s", text);
		sw_err_allowed(err, "VLAN/MAC, such as 10/52:54:00:12:34:56, with VLAN 0 to 4095");
		return rc;
	}
	rc = format_mac(strchr(text, '/') + 1, err);
	if (rc)
		return rc;
	/* one form only, so that a station is not there twice */
	snprintf(canonical, sizeof(canonical), "%u/%s", vid, sw_format_mac(addr, &mac));
	if (!strcmp(text, canonical))
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "\"%s\" must be written \"%s\"", text, canonical);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "%s", canonical);
	return rc;
}
