/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is left to do with packets that wait for a controller: out of the rings of workers, kept by handles, handed back.
 *
 * Control thread only. A handle is the number of the packet and, so that none of another process is taken for ours, a number of
 * this one. They are kept in a ring by number: the oldest is the one whose place is needed next.
 */
#include "pause.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/packet_in.h>

#include "../rule/store.h"
#include "code.h"
#include "packet_out.h"

struct kept {
	struct sw_pause *pause; /* NULL: it went on, or was forgotten */
	uint64_t ms;
};

static struct kept *kept; /* [number % SW_PAUSED_MAX] */
static uint64_t oldest = 1, next = 1;
static uint64_t kept_bytes;
static uint64_t process; /* any number but 0, of this process alone */

/* --- rings ---------------------------------------------------------------------------------------------------------- */

void pause_prepare(void)
{
	for (unsigned i = 0; i < sw_worker_count(); i++) {
		if (pause_rings[i])
			continue;
		pause_rings[i] = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*pause_rings[i]));
		if (!pause_rings[i])
			abort(); /* as sw_xcalloc */
		pause_rings[i]->head = pause_rings[i]->tail = 0;
	}
}

static void owners_put(const struct sw_pause *p)
{
	for (unsigned i = 0; i < p->n_owners; i++)
		code_destroy((struct code *)pause_owners(p)[i]);
}

void pause_handed(unsigned worker, const struct sw_packet_in *in)
{
	if (!in->pause)
		return;
	owners_put(in->pause);
	__atomic_store_n(&pause_rings[worker]->tail, in->pause_end, __ATOMIC_RELEASE);
}

void pause_free(struct sw_pause *p)
{
	if (!p)
		return;
	owners_put(p);
	free(p);
}

/* --- kept ------------------------------------------------------------------------------------------------------------ */

static struct kept *kept_at(uint64_t number)
{
	return &kept[number % SW_PAUSED_MAX];
}

static struct sw_pause *take(struct kept *k)
{
	struct sw_pause *p = k->pause;

	k->pause = NULL;
	if (p)
		kept_bytes -= p->size;
	return p;
}

static void keep(struct kept *k, struct sw_pause *p)
{
	k->pause = p;
	kept_bytes += p->size;
}

static bool has_room(uint32_t size)
{
	return next - oldest < SW_PAUSED_MAX && kept_bytes + size <= SW_PAUSED_BYTES;
}

/* Those that are too old go, and more where there is no room. */
static void make_room(uint32_t size)
{
	uint64_t now = sw_clock_ms();

	while (oldest != next &&
		(now - kept_at(oldest)->ms > SW_PAUSE_SECONDS * 1000u || !has_room(size)))
		pause_free(take(kept_at(oldest++)));
}

static void begin(void)
{
	if (kept)
		return;
	kept = sw_xcalloc(SW_PAUSED_MAX, sizeof(*kept));
	if (getrandom(&process, sizeof(process), GRND_NONBLOCK) != sizeof(process))
		process = sw_clock_ms();
}

/* Of its own, with references of its own. */
static struct sw_pause *copy_of(const struct sw_pause *p)
{
	struct sw_pause *copy = sw_xcalloc(1, RTE_MAX((size_t)p->size, sizeof(*p)));

	memcpy(copy, p, p->size);
	for (unsigned i = 0; i < p->n_owners; i++)
		__atomic_fetch_add((uint64_t *)&pause_owners(p)[i]->refs, 1, __ATOMIC_RELAXED);
	return copy;
}

bool sw_pause_keep(const struct sw_packet_in *in, uint8_t handle[SW_PAUSE_HANDLE])
{
	if (!in->pause)
		return false;
	begin();
	make_room(in->pause->size);
	kept_at(next)->ms = sw_clock_ms();
	keep(kept_at(next), copy_of(in->pause));
	memcpy(handle, &process, 8);
	memcpy(handle + 8, &next, 8);
	next++;
	return true;
}

/* What is kept by the handle, for the bridge of these rules; or NULL. */
static struct kept *find(const uint8_t handle[SW_PAUSE_HANDLE], const struct sw_rules *rules)
{
	uint64_t of, number;
	struct kept *k;

	memcpy(&of, handle, 8);
	memcpy(&number, handle + 8, 8);
	if (!kept || of != process || number < oldest || number >= next)
		return NULL;
	k = kept_at(number);
	if (!k->pause || k->pause->rules != rules || k->pause->serial != rules->serial ||
		sw_clock_ms() - k->ms > SW_PAUSE_SECONDS * 1000u)
		return NULL;
	return k;
}

/* What is in no packet, but for ports, as the controller has it. */
static void take_fields(struct sw_packet_out *out, const struct sw_fields *fields)
{
	if (!fields)
		return;
	out->fields.metadata = fields->metadata;
	out->fields.tunnel_id = fields->tunnel_id;
	out->fields.pkt_mark = fields->pkt_mark;
	out->fields.in_port = fields->in_port;
	memcpy(out->fields.reg, fields->reg, sizeof(out->fields.reg));
}

enum sw_resume_fault sw_pause_resume(struct sw_bridge *bridge, const struct sw_resume *resume,
	uint32_t *ticket, struct sw_err *err)
{
	struct packet_out_gate *gate = bridge_gate(bridge);
	struct kept *k = find(resume->handle, sw_bridge_rules(bridge));
	struct sw_packet_out out = { .bytes = resume->bytes, .len = resume->len };
	struct sw_pause *p;

	if (!k) {
		sw_err_set(err, SW_CODE_NOT_FOUND, "no packet waits by that handle");
		return SW_RESUME_STALE;
	}
	p = take(k);
	out.in_port = p->number;
	out.fields = p->fields;
	take_fields(&out, resume->fields);
	switch (packet_out_post(gate, &out, NULL, p, ticket, err)) {
	case SW_PACKET_OUT_FINE:
		return SW_RESUME_FINE;
	case SW_PACKET_OUT_FULL:
		keep(k, p);
		return SW_RESUME_FULL;
	default:
		pause_free(p);
		return SW_RESUME_NO_BUFFER;
	}
}

void pause_fini(void)
{
	for (unsigned i = 0; i < SW_WORKER_MAX; i++) {
		free(pause_rings[i]);
		pause_rings[i] = NULL;
	}
	while (oldest != next)
		pause_free(take(kept_at(oldest++)));
	free(kept);
	kept = NULL;
}
