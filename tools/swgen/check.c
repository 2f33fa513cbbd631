/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Options that do not fit together, and what follows from those given.
 */
#include "options.h"

#include <sw/err.h>

#include "layout.h"

static int check_ports(const struct options *o, struct sw_err *err)
{
	int rc;

	if (!o->n_ports) {
		rc = sw_err_set(err, SW_CODE_USAGE, "no port is given");
		sw_err_hint(err,
			"--port net_af_packet0,iface=veth1 --port net_af_packet1,iface=veth2; "
			"swgen --help");
		return rc;
	}
	if (o->both && o->n_ports < PORTS_MAX) {
		rc = sw_err_set(err, SW_CODE_USAGE, "--both needs two ports");
		sw_err_hint(err, "give a second --port");
		return rc;
	}
	if (o->rx_core < 0 || o->rx_core != o->core)
		return 0;
	rc = sw_err_set(err, SW_CODE_USAGE, "--rx-core=%d: this core sends", o->rx_core);
	sw_err_hint(err, "leave --rx-core out: one core does both by turns");
	return rc;
}

static int refuse_with_pcap(const char *option, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_USAGE,
		"--%s does not go with --pcap: frames are sent as they are", option);

	sw_err_hint(err, "leave out one of them");
	return rc;
}

static int check_pcap(const struct options *o, struct sw_err *err)
{
	if (!o->pcap && (o->loop || o->speed != 1))
		return sw_err_set(
			err, SW_CODE_USAGE, "--%s needs --pcap", o->loop ? "loop" : "speed");
	if (!o->pcap)
		return 0;
	if (o->learn)
		return refuse_with_pcap("learn", err);
	if (o->mutate)
		return refuse_with_pcap("mutate", err);
	if (o->vlan.to || o->outer.to)
		return refuse_with_pcap("vlan", err);
	if (o->flows || o->macs)
		return refuse_with_pcap(o->flows ? "flows" : "macs", err);
	return o->both ? refuse_with_pcap("both", err) : 0;
}

static int check_tags(const struct options *o, struct sw_err *err)
{
	int rc;

	if (o->outer.to && !o->vlan.to) {
		rc = sw_err_set(
			err, SW_CODE_USAGE, "--outer-vlan needs --vlan, the tag inside of it");
		sw_err_hint(err, "for a single tag give --vlan alone");
		return rc;
	}
	if (!(o->mutate & MUTATE_VLAN) || o->vlan.to)
		return 0;
	rc = sw_err_set(
		err, SW_CODE_USAGE, "--mutate=vlan needs --vlan, whose range it draws from");
	sw_err_hint(err, "--vlan random is any of 1 to 4094 in every packet");
	return rc;
}

static int check_size(const struct options *o, struct sw_err *err)
{
	struct layout at;
	int rc;

	layout_init(&at, o);
	if (o->pcap || mix_smallest(&o->mix) >= layout_smallest(&at))
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID,
		"--size: frames of %u bytes have no room for %u bytes of headers, %d of flow, sequence and time, and "
		"%d of FCS",
		mix_smallest(&o->mix), at.data, PAYLOAD_LEN, FCS_LEN);
	sw_err_given(err, "%u", mix_smallest(&o->mix));
	sw_err_allowed(err, "with these headers %u to %d", layout_smallest(&at), FRAME_MAX);
	return rc;
}

static int check_mesh(const struct options *o, struct sw_err *err)
{
	int rc;

	if (o->pattern != PATTERN_MESH || o->flows || o->macs <= MESH_MAX)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID,
		"--pattern=mesh: %u stations on each side are more pairs than the %u flows there can be",
		o->macs, FLOWS_MAX);
	sw_err_hint(err, "have at most %u stations (--macs), or give --flows: so many of the pairs",
		MESH_MAX);
	return rc;
}

static int check_flows(struct options *o, struct sw_err *err)
{
	int rc = check_mesh(o, err);

	if (rc)
		return rc;
	if (!o->macs)
		o->macs = 1;
	if (!o->flows)
		o->flows = o->pattern == PATTERN_MESH ? o->macs * o->macs : o->macs;
	if (o->flows >= o->macs)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID,
		"--flows=%u: fewer than the %u stations, of which some would be silent", o->flows,
		o->macs);
	sw_err_allowed(err, "%u to %u", o->macs, FLOWS_MAX);
	return rc;
}

int options_check(struct options *o, struct sw_err *err)
{
	int rc = check_ports(o, err);

	if (!rc)
		rc = check_pcap(o, err);
	if (!rc)
		rc = check_tags(o, err);
	if (!rc)
		rc = check_size(o, err);
	if (!rc)
		rc = check_flows(o, err);
	if (!rc && o->rfc2544 && o->pcap && o->speed) {
		rc = sw_err_set(err, SW_CODE_USAGE,
			"--rfc2544 sets the rate, the capture's own pace cannot hold");
		sw_err_hint(err, "add --speed max");
	}
	return rc;
}
