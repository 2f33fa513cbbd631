/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compiling the program of ports that are not to receive (<sw/port_state.h>).
 *
 * Control thread only.
 */
#include "blocked.h"

#include <stdlib.h>

#include <sw/bridge.h>
#include <sw/drop.h>
#include <sw/mem.h>
#include <sw/port_state.h>
#include <sw/program.h>

SW_REGISTER(drop, rx_port_down) = {
	.name = "rx_port_down",
	.help = "came in on a port that a controller has put down: ovs-ofctl mod-port BRIDGE PORT up",
	.as = SW_DROP_RX_DROPPED,
};
SW_REGISTER(drop, rx_no_receive) = {
	.name = "rx_no_receive",
	.help = "came in on a port that a controller lets not receive: ovs-ofctl mod-port BRIDGE PORT receive",
	.as = SW_DROP_RX_DROPPED,
};

static bool blocked_fits(const struct sw_program_job *job)
{
	return !sw_port_receives(job->members[job->at].port);
}

static struct sw_ingress *blocked_compile(const struct sw_program_job *job)
{
	struct blocked *self = sw_xcalloc(1, sizeof(*self));
	bool down = job->members[job->at].port->state & SW_PORT_DOWN;

	self->ingress.run = blocked_run;
	self->why = down ? SW_ID(drop, rx_port_down) : SW_ID(drop, rx_no_receive);
	return &self->ingress;
}

static void blocked_destroy(struct sw_ingress *ingress)
{
	free(ingress);
}

SW_REGISTER(program, blocked) = {
	.name = "blocked",
	.help = "loses what the port receives, as a controller has asked for",
	.priority = 1000,
	.fits = blocked_fits,
	.compile = blocked_compile,
	.destroy = blocked_destroy,
};
