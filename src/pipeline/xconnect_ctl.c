/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compiling the cross-connect program: for the members of a bridge that is configured as one.
 *
 * Control thread only.
 */
#include "xconnect.h"

#include <stdlib.h>

#include <sw/bridge.h>
#include <sw/mem.h>
#include <sw/program.h>

static bool xconnect_fits(const struct sw_program_job *job)
{
	return job->bridge->cross_connect;
}

static struct sw_ingress *xconnect_compile(const struct sw_program_job *job)
{
	struct xconnect *self = sw_xcalloc(1, sizeof(*self));

	self->ingress.run = xconnect_run;
	self->has_peer = job->n == 2;
	if (self->has_peer)
		self->peer = job->members[!job->at].port->index;
	return &self->ingress;
}

static void xconnect_destroy(struct sw_ingress *ingress)
{
	free(ingress);
}

SW_REGISTER(program, cross_connect) = {
	.name = "cross-connect",
	.help = "sends everything of one port out of the other, untouched",
	.priority = 100,
	.fits = xconnect_fits,
	.compile = xconnect_compile,
	.destroy = xconnect_destroy,
};
