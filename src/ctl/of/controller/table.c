/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tables Controller and SSL, and the columns of Bridge that are about controllers, under OVS's names and meanings
 * (ovs-vswitchd.conf.db(5)). What they tell of themselves is in status.c.
 */
#include <sw/table.h>

#include "target.h"

static const char *const types[] = { "primary", "service", NULL };
static const char *const modes[] = { "out-of-band", NULL };
static const char *const fail_modes[] = { "standalone", "secure", NULL };
static const char *const versions[] = { "OpenFlow10", "OpenFlow13", "OpenFlow14", "OpenFlow15",
	NULL };
static const char *const in_band_off[] = { "true", NULL };

SW_REGISTER(table, controller) = {
	.name = "Controller",
	.help = "an OpenFlow controller of a bridge: where it is, and how it is treated",
	.by = "Bridge.controller",
};
SW_REGISTER(column, controller_target) = {
	.name = "Controller.target",
	.help = "where it is: tcp:HOST[:PORT], ssl:HOST[:PORT] or unix:FILE to connect to, "
		"ptcp:[PORT][:ADDRESS], pssl:[PORT][:ADDRESS] or punix:FILE to listen on. PORT is 6653 "
		"where it is not given, a FILE without a folder is in the run folder",
	.type = SW_ONE(STRING),
	.check = of_target_check,
};
SW_REGISTER(column, controller_type) = {
	.name = "Controller.type",
	.help = "primary: governs the bridge, and fail_mode counts it. service: comes for a moment. "
		"Empty: primary when we connect to it, service when it comes to us",
	.type = SW_OPTIONAL(STRING),
	.words = types,
};
SW_REGISTER(column, controller_connection_mode) = {
	.name = "Controller.connection_mode",
	.help = "out-of-band, as empty: the way to the controller is not over the bridge itself",
	.type = SW_OPTIONAL(STRING),
	.words = modes,
};
SW_REGISTER(column, controller_max_backoff) = {
	.name = "Controller.max_backoff",
	.help = "longest time between two attempts to connect, in milliseconds; empty: 8000",
	.type = SW_OPTIONAL(INTEGER),
	.min = 1000,
	.max = 3600000,
};
SW_REGISTER(column, controller_inactivity_probe) = {
	.name = "Controller.inactivity_probe",
	.help = "silence after which it is asked for an echo, and for which the answer may take, in "
		"milliseconds, looked at each second; 0: never; empty: 5000",
	.type = SW_OPTIONAL(INTEGER),
	.max = 86400000,
};
SW_REGISTER(column, controller_enable_async_messages) = {
	.name = "Controller.enable_async_messages",
	.help = "false: nothing is told unasked until the controller asks for it; empty: true",
	.type = SW_OPTIONAL(BOOLEAN),
};
SW_REGISTER(column, controller_rate_limit) = {
	.name = "Controller.controller_rate_limit",
	.help = "packets a second sent to it at most, of those that no rule matched and of those that "
		"rules send, each; empty: no limit",
	.type = SW_OPTIONAL(INTEGER),
	.min = 100,
	.max = 10000000,
};
SW_REGISTER(column, controller_burst_limit) = {
	.name = "Controller.controller_burst_limit",
	.help = "packets that may be sent at once before controller_rate_limit holds, and that wait "
		"then at most; empty: a quarter of controller_rate_limit",
	.type = SW_OPTIONAL(INTEGER),
	.min = 25,
	.max = 100000,
};
SW_REGISTER(column, controller_other_config) = {
	.name = "Controller.other_config",
	.help = "settings of the connection",
	.type = SW_MAP,
};
SW_REGISTER(key, controller_dscp) = {
	.name = "Controller.other_config:dscp",
	.help = "DSCP of packets to the controller (RFC 2474)",
	.type = SW_ATOM_INTEGER,
	.min = 0,
	.max = 63,
	.initial = "48",
};
SW_REGISTER(column, controller_external_ids) = {
	.name = "Controller.external_ids",
	.help = "keys and values of other programs; the switch only keeps them",
	.type = SW_MAP,
	.flags = SW_COL_ANY_KEY,
};

SW_REGISTER(table, ssl) = {
	.name = "SSL",
	.help = "keys and certificates for controllers by ssl: and pssl:",
	.by = "Open_vSwitch.ssl",
};
SW_REGISTER(column, ssl_private_key) = {
	.name = "SSL.private_key",
	.help = "PEM file of our private key, not encrypted. All files are read when a connection is "
		"made, again when they changed, and must be in /etc, in a folder of the switch or in "
		"extra-dirs= of the boot file",
	.type = SW_ONE(STRING),
};
SW_REGISTER(column, ssl_certificate) = {
	.name = "SSL.certificate",
	.help = "PEM file of our certificate, and of those between it and its authority's",
	.type = SW_ONE(STRING),
};
SW_REGISTER(column, ssl_ca_cert) = {
	.name = "SSL.ca_cert",
	.help = "PEM file of the authorities one of which must have signed the controller's certificate",
	.type = SW_ONE(STRING),
};
SW_REGISTER(column, ssl_bootstrap_ca_cert) = {
	.name = "SSL.bootstrap_ca_cert",
	.help = "true: where there is no ca_cert yet, believe the first controller that we connect to, "
		"and keep its authority's certificate there",
	.type = SW_ONE(BOOLEAN),
};
SW_REGISTER(column, ssl_external_ids) = {
	.name = "SSL.external_ids",
	.help = "keys and values of other programs; the switch only keeps them",
	.type = SW_MAP,
	.flags = SW_COL_ANY_KEY,
};
SW_REGISTER(column, open_ssl) = {
	.name = "Open_vSwitch.ssl",
	.help = "keys and certificates for controllers",
	.type = SW_OPTIONAL(UUID),
	.ref = "SSL",
};

SW_REGISTER(column, bridge_controller) = {
	.name = "Bridge.controller",
	.help = "the controllers of the bridge",
	.type = SW_SET(UUID, 64),
	.ref = "Controller",
};
SW_REGISTER(column, bridge_fail_mode) = {
	.name = "Bridge.fail_mode",
	.help = "what happens without a primary controller. standalone, as empty: the bridge switches "
		"by itself. secure: only the rules that are there hold",
	.type = SW_OPTIONAL(STRING),
	.words = fail_modes,
};
SW_REGISTER(column, bridge_protocols) = {
	.name = "Bridge.protocols",
	.help = "versions of OpenFlow that are spoken; empty: all",
	.type = SW_SET(STRING, 4),
	.words = versions,
};
SW_REGISTER(key, bridge_disable_in_band) = {
	.name = "Bridge.other_config:disable-in-band",
	.help = "true: the way to controllers is never over the bridge itself, as it is here anyway",
	.type = SW_ATOM_STRING,
	.words = in_band_off,
	.initial = "true",
};
