/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events told in words: the last of each kind are kept in a ring of the kind, so that a flood of one kind
 * pushes no other out, and listeners hear of each. A kind that floods is told SW_EVENT_RATE times a second;
 * how many more there were is an event of its own.
 *
 * Control thread only.
 */
#include <sw/event.h>

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/clock.h>
#include <sw/mem.h>

SW_REG_KIND_DEFINE(event_listener);

#define TEXT_SIZE  1024
#define FIELDS_MAX 16

struct kind {
	struct sw_event_told *kept[SW_EVENT_KEPT]; /* by `n`, the oldest overwritten */
	uint64_t n;
	uint64_t second_ms;	 /* when the running second began */
	unsigned told, left_out; /* in it */
};

static struct kind **kinds; /* by id of the event; made when one is first told */
static uint64_t numbers;

static struct kind *kind_of(const struct sw_event *event)
{
	struct sw_reg_kind *all = &sw_reg_kind_event;
	unsigned id = 0;

	while (id < all->count && all->by_id[id]->desc != event)
		id++;
	assert(id < all->count);
	if (!kinds)
		kinds = sw_xcalloc(all->count, sizeof(*kinds));
	if (!kinds[id])
		kinds[id] = sw_xcalloc(1, sizeof(*kinds[id]));
	return kinds[id];
}

/* One block: the struct, its fields, then all texts. */
static struct sw_event_told *pack(const struct sw_event_field *fields, const char *text)
{
	size_t size = strlen(text) + 1;
	struct sw_event_told *told;
	unsigned n = 0;
	char *at;

	for (; fields && n < FIELDS_MAX && fields[n].name; n++)
		size += strlen(fields[n].name) + 1 +
			(fields[n].text ? strlen(fields[n].text) + 1 : 0);
	told = sw_xcalloc(1, sizeof(*told) + n * sizeof(told->fields[0]) + size);
	at = (char *)&told->fields[n];
	told->n = n;
	told->text = at;
	at = stpcpy(at, text) + 1;
	for (unsigned i = 0; i < n; i++) {
		told->fields[i] = fields[i];
		told->fields[i].name = at;
		at = stpcpy(at, fields[i].name) + 1;
		if (!fields[i].text)
			continue;
		told->fields[i].text = at;
		at = stpcpy(at, fields[i].text) + 1;
	}
	return told;
}

static void keep(struct kind *kind, const struct sw_event *event,
	const struct sw_event_field *fields, const char *text)
{
	struct sw_event_told *told = pack(fields, text);
	struct sw_event_told **slot = &kind->kept[kind->n++ % SW_EVENT_KEPT];
	const struct sw_event_listener *listener;

	told->number = ++numbers;
	told->kind = event;
	clock_gettime(CLOCK_REALTIME, &told->time);
	free(*slot);
	*slot = told;
	SW_REG_FOREACH (event_listener, const struct sw_event_listener *, listener)
		listener->hear(told);
}

/* A new second: say what the last one left out. */
static void new_second(struct kind *kind, const struct sw_event *event, uint64_t now_ms)
{
	const struct sw_event_field fields[] = { { "left_out", NULL, kind->left_out }, { 0 } };
	char text[TEXT_SIZE];

	snprintf(
		text, sizeof(text), "%u more of %s within the second", kind->left_out, event->name);
	if (kind->left_out)
		keep(kind, event, fields, text);
	kind->second_ms = now_ms;
	kind->told = kind->left_out = 0;
}

void sw_event_tell(
	const struct sw_event *event, const struct sw_event_field *fields, const char *fmt, ...)
{
	struct kind *kind = kind_of(event);
	uint64_t now = sw_clock_ms();
	char text[TEXT_SIZE];
	va_list ap;

	if (now - kind->second_ms >= 1000)
		new_second(kind, event, now);
	if (!event->every && kind->told >= SW_EVENT_RATE) {
		kind->left_out++;
		return;
	}
	kind->told++;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	keep(kind, event, fields, text);
}

void sw_event_settle(void)
{
	uint64_t now = sw_clock_ms();

	for (unsigned id = 0; kinds && id < sw_reg_kind_event.count; id++)
		if (kinds[id] && kinds[id]->left_out && now - kinds[id]->second_ms >= 1000)
			new_second(kinds[id], sw_reg_get(&sw_reg_kind_event, id), now);
}

/* The oldest of a kind above a number: its ring is sorted. */
static const struct sw_event_told *first_after(const struct kind *kind, uint64_t after)
{
	uint64_t low = kind->n > SW_EVENT_KEPT ? kind->n - SW_EVENT_KEPT : 0, high = kind->n;

	while (low < high) {
		uint64_t mid = low + (high - low) / 2;

		if (kind->kept[mid % SW_EVENT_KEPT]->number > after)
			high = mid;
		else
			low = mid + 1;
	}
	return low < kind->n ? kind->kept[low % SW_EVENT_KEPT] : NULL;
}

const struct sw_event_told *sw_event_after(uint64_t after)
{
	const struct sw_event_told *best = NULL, *told;

	for (unsigned id = 0; kinds && id < sw_reg_kind_event.count; id++) {
		told = kinds[id] ? first_after(kinds[id], after) : NULL;
		if (told && (!best || told->number < best->number))
			best = told;
	}
	return best;
}

void sw_event_forget(void)
{
	for (unsigned id = 0; kinds && id < sw_reg_kind_event.count; id++) {
		for (unsigned i = 0; kinds[id] && i < SW_EVENT_KEPT; i++)
			free(kinds[id]->kept[i]);
		free(kinds[id]);
	}
	free(kinds);
	kinds = NULL;
}
