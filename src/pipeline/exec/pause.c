/* SPDX-License-Identifier: BSD-3-Clause */
/* See pause.h. Workers. */
#include "pause.h"

#include <string.h>

#include <sw/packet_in.h>

#include "../field/extract.h"
#include "../rule/store.h"
#include "run_output.h"
#include "walk.h"

_Static_assert(sizeof(struct walk_value) == 16, "as pause_frames() has it");
_Static_assert(sizeof(struct pause_frame) == 48, "without holes");

struct pause_ring *pause_rings[SW_WORKER_MAX + 1];

/* Those of the walk so far lie one behind the other. */
static struct sw_pause *place_of(struct walk *walk, uint32_t *room)
{
	size_t at = 0;

	for (unsigned i = walk->n_snaps; i-- > 0 && !at;) {
		const struct sw_pause *before = walk->snap[i].pause;

		if (before)
			at = (const char *)before + RTE_ALIGN(before->size, 16) -
			     (const char *)walk->pauses;
	}
	*room = RTE_MIN(sizeof(walk->pauses) - at, (size_t)PAUSE_BYTES);
	return (struct sw_pause *)((char *)walk->pauses + at);
}

/* So many bytes more of it, or NULL: the walk is too long. */
static void *grow(struct walk *walk, struct sw_pause *p, size_t n)
{
	void *to = (char *)p + p->size;

	if (p->size + n > walk->pause_room) {
		walk->too_long = true;
		return NULL;
	}
	p->size += n;
	return to;
}

static void own(struct walk *walk, struct sw_pause *p, const struct code *code)
{
	const struct code **owners = pause_owners(p);

	for (unsigned i = 0; i < p->n_owners; i++)
		if (owners[i] == code)
			return;
	if (grow(walk, p, sizeof(owners[0])))
		owners[p->n_owners++] = code;
}

/* All that ops may be of that the walk has yet to do: rules it hit, of before it stopped the last time too, the bucket it is in, what
 * a controller sent with the packet. */
static void own_all(struct walk *walk, struct sw_pause *p)
{
	const struct sw_pause *before = walk->resumed;

	walk->too_long |= walk->n_hits == WALK_HITS; /* there may be more */
	for (unsigned i = 0; i < walk->n_hits; i++)
		own(walk, p, rule_code_at(walk->hits[i], walk->reader.version)->ops);
	for (unsigned i = 0; before && i < before->n_owners; i++)
		own(walk, p, pause_owners(before)[i]);
	if (walk->bucket)
		own(walk, p, walk->bucket);
	if (walk->sent)
		own(walk, p, walk->sent);
}

static void add_set(struct walk *walk, struct sw_pause *p)
{
	size_t n = walk->n_sets * sizeof(walk->set_field[0]);
	void *to = grow(walk, p, n);

	if (!to)
		return;
	memcpy(to, walk->set_field, n);
	for (uint32_t left = walk->places; left; left &= left - 1)
		p->set[__builtin_ctz(left)] = walk->set[__builtin_ctz(left)];
	p->places = walk->places;
	p->n_sets = walk->n_sets;
}

static void add_stack(struct walk *walk, struct sw_pause *p)
{
	size_t n = walk->n_stack * sizeof(walk->stack[0]);
	void *to = grow(walk, p, n);

	if (!to)
		return;
	memcpy(to, walk->stack, n);
	p->n_stack = walk->n_stack;
}

static void begin(struct walk *walk, struct sw_pause *p, const struct sw_fields *fields)
{
	*p = (struct sw_pause){ .rules = walk->prog->rules,
		.serial = walk->prog->rules->serial,
		.number = walk->prog->number,
		.size = PAUSE_HEAD,
		.fields = *fields };
	own_all(walk, p);
	add_set(walk, p);
	add_stack(walk, p);
	walk->pausing = p;
	walk->lost = true;
}

void pause_begin(struct walk *walk, struct walk_snap *snap)
{
	struct sw_pause *p = place_of(walk, &walk->pause_room);

	if (walk->pause_room < sizeof(*p)) {
		walk->lost = walk->too_long = true;
		return;
	}
	snap->pause = p;
	begin(walk, p, &snap->fields);
}

/* On the way out each level notes what is left of a list, and of a rule; one of them also the table that comes next, and the outermost
 * the action set, twice. */
static size_t most(const struct walk *walk)
{
	const struct sw_pause *before = walk->resumed;
	size_t frames = 2 * walk->depth + 5 + (before ? before->n_frames : 0);
	size_t owners = walk->n_hits + (before ? before->n_owners : 0);

	return PAUSE_HEAD + owners * sizeof(struct code *) +
	       walk->n_sets * sizeof(walk->set_field[0]) + walk->n_stack * sizeof(walk->stack[0]) +
	       frames * sizeof(struct pause_frame);
}

struct sw_pause *pause_begin_within(struct walk *walk, size_t room)
{
	struct sw_pause *p = (struct sw_pause *)walk->pauses;
	struct sw_fields fields = walk->fields;

	room = RTE_MIN(room, (size_t)PAUSE_BYTES);
	if (walk->n_hits == WALK_HITS || most(walk) > room)
		return NULL;
	walk->pause_room = room;
	fields_forget_packet(&fields);
	fields.actset_output = 0;
	begin(walk, p, &fields);
	p->stage = walk->resumed ? walk->resumed->stage + 1 : 1;
	return p;
}

static void ask_rule(const struct walk *walk, struct pause_frame *frame)
{
	const struct sw_rule *rule = walk->rule;
	const struct walk_as *as = walk->as;

	if (rule) {
		frame->cookie = rule->cookie;
		frame->rule = rule_ref(rule);
		frame->miss = !rule->priority && !rule->mask->n;
	} else {
		frame->cookie = as ? as->cookie : UINT64_MAX;
		frame->rule = as ? as->rule : (struct rule_ref){ 0 };
		frame->miss = as && as->miss;
	}
}

static struct pause_frame *note(struct walk *walk, enum pause_kind kind, const void *at, unsigned n)
{
	struct sw_pause *p = walk->pausing;
	struct pause_frame *frame = p ? grow(walk, p, sizeof(*frame)) : NULL;

	if (!frame)
		return NULL;
	*frame = (struct pause_frame){ .at = at,
		.n = n,
		.kind = kind,
		.table = walk->table,
		.depth = walk->depth,
		.groups = walk->groups,
		.in_set = walk->in_set,
		.packet_out = walk->packet_out };
	ask_rule(walk, frame);
	p->n_frames++;
	return frame;
}

void pause_note(struct walk *walk, enum pause_kind kind, const void *at, unsigned n)
{
	note(walk, kind, at, n);
}

void pause_note_table(struct walk *walk, uint8_t table, rte_be32_t in_port)
{
	struct pause_frame *frame = note(walk, PAUSE_TABLE, NULL, 0);

	if (!frame)
		return;
	frame->table = table;
	frame->in_port = in_port;
}

static void keep_frame(struct walk *walk, const struct pause_frame *frame)
{
	struct pause_frame *to = grow(walk, walk->pausing, sizeof(*to));

	if (!to)
		return;
	*to = *frame;
	walk->pausing->n_frames++;
}

void pause_end(struct walk *walk)
{
	walk->pausing = NULL;
}

bool pause_post(struct sw_worker *w, const struct sw_pause *p, struct sw_packet_in *in)
{
	struct pause_ring *ring = pause_rings[w->id];
	uint32_t size = RTE_ALIGN(p->size, 16), at, skip;

	if (!ring)
		return true;
	at = ring->head % PAUSE_RING;
	skip = at + size > PAUSE_RING ? PAUSE_RING - at : 0;
	if (ring->head + skip + size - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) > PAUSE_RING)
		return false;
	ring->head += skip + size;
	in->pause = (struct sw_pause *)&ring->bytes[skip ? 0 : at];
	in->pause_end = ring->head;
	memcpy(in->pause, p, p->size);
	for (unsigned i = 0; i < p->n_owners; i++)
		__atomic_fetch_add((uint64_t *)&pause_owners(p)[i]->refs, 1, __ATOMIC_RELAXED);
	return true;
}

/* --- going on ------------------------------------------------------------------------------------------------------- */

static void take_back(struct walk *walk, const struct sw_pause *p)
{
	memcpy(walk->set, p->set, sizeof(walk->set));
	memcpy(walk->set_field, pause_sets(p), p->n_sets * sizeof(walk->set_field[0]));
	memcpy(walk->stack, pause_stack(p), p->n_stack * sizeof(walk->stack[0]));
	walk->places = p->places;
	walk->n_sets = p->n_sets;
	walk->n_stack = p->n_stack;
}

/* The rule and table of a level, by which controllers are told. */
static void stand(struct walk *walk, const struct pause_frame *frame, struct walk_as *as)
{
	*as = (struct walk_as){ frame->cookie, frame->rule, frame->miss };
	walk->rule = NULL;
	walk->as = as;
	walk->table = frame->table;
}

/* One level, as it was left. An exit ends the levels up to where the action set is run. */
static void go_on(struct walk *walk, const struct pause_frame *frame)
{
	walk->depth = frame->depth;
	walk->groups = frame->groups;
	walk->in_set = frame->in_set;
	walk->packet_out = frame->packet_out;
	switch ((enum pause_kind)frame->kind) {
	case PAUSE_OPS:
		walk_ops(walk, frame->at, frame->n);
		break;
	case PAUSE_RULE:
		walk_rest(walk, frame->at);
		break;
	case PAUSE_SET:
		walk->exit = false;
		walk_set_run(walk);
		break;
	case PAUSE_SET_END:
		walk->in_set = false;
		walk_set_clear(walk);
		break;
	case PAUSE_TABLE:
		walk_table(walk, frame->table, frame->in_port);
	}
}

/* Is the level left out, since an exit ended it? */
static bool is_over(const struct walk *walk, const struct pause_frame *frame)
{
	return walk->exit && (frame->kind == PAUSE_OPS || frame->kind == PAUSE_RULE);
}

void pause_walk(struct walk *walk, const struct sw_pause *p)
{
	const struct pause_frame *frame = pause_frames(p);
	bool last_rule =
		false; /* the walk is where the last rule of the tables left it: the set is of that one */
	struct walk_as as;
	unsigned i;

	walk_begin(walk);
	walk->n_found = 0;
	walk->resumed = p;
	take_back(walk, p);
	walk_tell_output(walk);
	for (i = 0; i < p->n_frames && !walk->lost && !walk->too_long; i++) {
		if (frame[i].kind != PAUSE_SET || !last_rule)
			stand(walk, &frame[i], &as);
		last_rule = (frame[i].kind == PAUSE_RULE || frame[i].kind == PAUSE_TABLE) &&
			    !frame[i].depth;
		if (!is_over(walk, &frame[i]))
			go_on(walk, &frame[i]);
	}
	walk->as = NULL;
	for (; walk->pausing && i < p->n_frames;
		i++) /* it stopped again: the levels outside are left as before */
		keep_frame(walk, &frame[i]);
	walk_finish(walk);
}
