/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See age.h. Any thread.
 */
#include "age.h"

#include <stdio.h>
#include <string.h>

#include <sw/clock.h>

#define TIME_SET_MS UINT64_C(1735689600000) /* 2025-01-01: before this was written */
#define BOOT_ID	    "/proc/sys/kernel/random/boot_id"
#define UUID_CHARS  36

static struct uuid used;
static bool is_used;

struct persist_moment persist_now(void)
{
	return (struct persist_moment){ sw_clock_ms(), sw_clock_wall_ms() };
}

/* From a to b; 0 where that is backwards. */
static uint64_t from_to(uint64_t a, uint64_t b)
{
	return b > a ? b - a : 0;
}

/* By the time of day, as far as it can be used. */
static uint64_t time_off(const struct persist_moment *last, const struct persist_moment *now)
{
	return last->wall_ms < TIME_SET_MS ? 0 : from_to(last->wall_ms, now->wall_ms);
}

uint64_t persist_age(uint64_t made_ms, const struct persist_moment *last,
	const struct persist_moment *now, bool same_boot)
{
	uint64_t off, was;

	if (same_boot && now->up_ms >= last->up_ms) /* else it is not the clock it was */
		return from_to(made_ms, now->up_ms);
	off = time_off(last, now);
	was = from_to(made_ms, last->up_ms);
	if (was)
		return was + off < was ? UINT64_MAX : was + off;
	return from_to(from_to(last->up_ms, made_ms), off);
}

struct uuid persist_boot(void)
{
	char text[UUID_CHARS + 1] = "";
	struct uuid boot = used;
	FILE *file;

	if (is_used)
		return boot;
	memset(&boot, 0, sizeof(boot));
	file = fopen(BOOT_ID, "re");
	if (file && fgets(text, sizeof(text), file) && !uuid_parse(text, &boot))
		memset(&boot, 0, sizeof(boot));
	if (file)
		fclose(file);
	return boot;
}

bool persist_boot_is(const struct uuid *boot)
{
	static const struct uuid unknown;
	struct uuid now = persist_boot();

	return uuid_cmp(&now, &unknown) && !uuid_cmp(&now, boot);
}

void persist_boot_use(const struct uuid *boot)
{
	is_used = boot;
	if (boot)
		used = *boot;
}
