/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sizes of frames: reading them, and the order of a round. The order is that of a smooth weighted round
 * robin: at each step every size gains its weight, the richest is taken and pays the sum of all.
 */
#include "mix.h"

#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/text.h>

#include "options.h"

#define IMIX "64:7,594:4,1518:1"

static void order_round(struct mix *mix)
{
	int have[MIX_SIZES] = { 0 };

	for (unsigned i = 0; i < mix->round; i++) {
		unsigned best = 0;

		for (unsigned s = 0; s < mix->n; s++) {
			have[s] += mix->weight[s];
			if (have[s] > have[best])
				best = s;
		}
		have[best] -= mix->round;
		mix->order[i] = best;
	}
}

static int wrong(const char *text, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID,
		"--size: \"%s\" is not a size of frames, nor a mix of sizes", text);

	sw_err_given(err, "%s", text);
	sw_err_allowed(err,
		"%d to %d with FCS; imix; up to %d sizes SIZE[:WEIGHT],... of weights that add up "
		"to at most %d",
		FRAME_MIN, FRAME_MAX, MIX_SIZES, MIX_ROUND);
	return rc;
}

/* "594:4": a size and its weight. */
static int parse_one(struct mix *mix, char *word)
{
	char *colon = strchr(word, ':');
	uint64_t size, weight = 1;

	if (colon) {
		*colon = '\0';
		if (sw_parse_u64(colon + 1, 1, MIX_ROUND, &weight))
			return -1;
	}
	if (mix->n == MIX_SIZES || sw_parse_u64(word, FRAME_MIN, FRAME_MAX, &size) ||
		mix->round + weight > MIX_ROUND)
		return -1;
	mix->frame[mix->n] = size;
	mix->weight[mix->n++] = weight;
	mix->round += weight;
	return 0;
}

int mix_parse(struct mix *mix, const char *text, struct sw_err *err)
{
	char copy[128], *rest = copy, *word;
	const char *from = strcmp(text, "imix") ? text : IMIX;

	memset(mix, 0, sizeof(*mix));
	if (strlen(from) >= sizeof(copy))
		return wrong(text, err);
	strcpy(copy, from);
	while ((word = strsep(&rest, ",")))
		if (parse_one(mix, word))
			return wrong(text, err);
	order_round(mix);
	return 0;
}

uint16_t mix_smallest(const struct mix *mix)
{
	uint16_t least = mix->frame[0];

	for (unsigned i = 1; i < mix->n; i++)
		if (mix->frame[i] < least)
			least = mix->frame[i];
	return least;
}

uint16_t mix_largest(const struct mix *mix)
{
	uint16_t most = mix->frame[0];

	for (unsigned i = 1; i < mix->n; i++)
		if (mix->frame[i] > most)
			most = mix->frame[i];
	return most;
}

double mix_wire_bytes(const struct mix *mix)
{
	double sum = 0;

	for (unsigned i = 0; i < mix->n; i++)
		sum += (double)mix->weight[i] * (mix->frame[i] + WIRE_EXTRA);
	return sum / mix->round;
}
