/* SPDX-License-Identifier: BSD-3-Clause */
/* What controllers are told: see rules_oracle.h. */
#include "rules_oracle_run.h"

#include <stdlib.h>
#include <string.h>

#include <sw/packet_in.h>

#include "bytes_oracle.h"

void oracle_tell(struct run *run, uint16_t id, unsigned reason, uint16_t max_len)
{
	struct oracle_result *r = run->result;

	if (r->n_told == ORACLE_TOLD)
		abort();
	r->told[r->n_told++] = (struct oracle_told){ .id = id,
		.reason = reason,
		.max_len = max_len,
		.table = run->table,
		.own = run->own,
		.packet = run->packet };
}

static unsigned reason_of(const struct run *run, unsigned said)
{
	if (said != SW_PACKET_IN_ACTION)
		return said;
	return run->groups ? SW_PACKET_IN_GROUP : run->in_set ? SW_PACKET_IN_ACTION_SET : said;
}

static void stop(struct run *run)
{
	struct run *copy;

	if (run->stopped)
		return;
	copy = malloc(sizeof(*copy));
	*copy = *run;
	run->stopped = copy;
}

void oracle_to_controller(struct run *run, uint16_t max_len)
{
	oracle_tell(run, 0, reason_of(run, SW_PACKET_IN_ACTION), max_len);
}

void oracle_controller(struct run *run, const struct sw_action *a)
{
	struct oracle_result *r = run->result;

	oracle_tell(
		run, a->controller.id, reason_of(run, a->controller.reason), a->controller.max_len);
	if (a->controller.pause) {
		stop(run);
		r->told[r->n_told - 1].max_len = SW_NO_BUFFER;
		r->told[r->n_told - 1].pauses = true;
	}
	r->told[r->n_told - 1].n_data = a->controller.n_data;
	r->told[r->n_told - 1].data = a->controller.data;
}

void oracle_dec(struct run *run, const struct sw_action *a, bool mpls)
{
	unsigned n = mpls ? 0 : a->controllers.n;

	run->ended = !oracle_dec_ttl(&run->packet, mpls);
	if (!run->ended)
		return;
	for (unsigned i = 0; i < (n ? n : 1); i++)
		oracle_tell(
			run, n ? a->controllers.ids[i] : 0, SW_PACKET_IN_INVALID_TTL, SW_NO_BUFFER);
}
