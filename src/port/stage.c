/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stages of the packet path: charging one in a measured turn. The counter is read again at the end, so that
 * the charging itself, some 30 cycles a burst, is in no stage.
 *
 * Worker code.
 */
#include <sw/stage.h>

#include <rte_cycles.h>

SW_REG_KIND_DEFINE(stage);

void sw_stage_charge(struct sw_stages *s, unsigned stage, unsigned n)
{
	s->cycles[stage] += rte_rdtsc() - s->tsc;
	s->packets[stage] += n;
	s->tsc = rte_rdtsc();
}
