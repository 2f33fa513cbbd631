/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compiling the L2 program for a member of a bridge. It fits every member: what nobody else claims is
 * switched by VLAN and station.
 *
 * Control thread only.
 */
#include "l2.h"

#include <stdlib.h>

#include <rte_common.h>

#include <sw/bridge.h>
#include <sw/mem.h>
#include <sw/program.h>
#include <sw/simd.h>
#include <sw/stage.h>

#include "domain.h"

SW_REGISTER(stage, parse) = {
	.name = "parse",
	.help = "headers are read, VLANs admitted, stations hashed",
};
SW_REGISTER(stage, find) = {
	.name = "find",
	.help = "source and destination are looked up in the station table",
};
SW_REGISTER(stage, learn) = {
	.name = "learn",
	.help = "stations that are new, moved or not seen this second are written",
};

static bool l2_fits(const struct sw_program_job *job)
{
	return true;
}

static l2_run_fn *run_of(enum sw_simd simd)
{
#ifdef __x86_64__
	if (simd == SW_SIMD_AVX2)
		return l2_run_avx2;
#endif
	return l2_run;
}

struct l2 *l2_create(const struct sw_program_job *job, bool counts)
{
	const struct sw_member_conf *member = &job->members[job->at];
	struct l2 *self = sw_xcalloc(1, sizeof(*self));

	self->ingress.run = run_of(sw_simd());
	self->fdb = job->fdb;
	self->domain = job->domain;
	self->out = member->protect ? job->domain->out_protected : job->domain->out;
	self->map = job->domain->map[job->at];
	self->port = member->port->index;
	self->forward_bpdu = job->bridge->forward_bpdu;
	self->rules = counts ? job->rules : NULL;
	return self;
}

static struct sw_ingress *l2_compile(const struct sw_program_job *job)
{
	return &l2_create(job, true)->ingress;
}

static void l2_destroy(struct sw_ingress *ingress)
{
	free(ingress);
}

SW_REGISTER(program, l2) = {
	.name = "l2",
	.help = "switches by VLAN and learned station",
	.priority = 0,
	.fits = l2_fits,
	.compile = l2_compile,
	.destroy = l2_destroy,
};
