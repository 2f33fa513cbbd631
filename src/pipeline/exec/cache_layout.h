/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a packet is looked up by in the flow cache (cache.h): its first bytes under the mask of its class.
 *
 * room: pipeline (private). Thread: masks: control writes, workers read (RCU); keys: their worker.
 */
#ifndef PIPELINE_EXEC_CACHE_LAYOUT_H
#define PIPELINE_EXEC_CACHE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sw/field.h>

#define CACHE_LANES   5 /* of 16 bytes: what a key can be made of */
#define CACHE_CLASSES 32

struct cache_key;
struct cache_reader;
struct rte_mbuf;

typedef uint64_t cache_lane __attribute__((vector_size(16)));

/* Keys have as many lanes at least, with no bits in those that are not needed: what is usual has no loop. */
#define CACHE_NEAR 2

/*
 * Lengths that rules ask packets about: longer than that (check_pkt_larger)? Those between two of them are alike, which is the
 * length's class: how many limits it is above.
 */
#define CACHE_LIMITS 63 /* walks that ask about others are not kept */
struct cache_limits {
	uint8_t n;
	uint16_t of[CACHE_LIMITS]; /* ascending */
};

/* What a key has beside the bytes of the class. */
enum cache_beside {
	CACHE_BESIDE_NOTHING,
	CACHE_BESIDE_LENGTH, /* the class of its length */
	CACHE_BESIDE_FIELDS, /* what is looked at is not in these bytes: it is as one of no class */
};

/* How the key of a class is made. */
struct cache_layout {
	uint8_t n;		 /* lanes with bits in them; CACHE_NEAR or more */
	uint8_t beside;		 /* enum cache_beside; where it is nothing there is no more to do */
	uint8_t at[CACHE_LANES]; /* which, ascending */
	uint8_t length_at;	 /* byte of the key: of no mask */
	cache_lane mask[CACHE_LANES];
};

/* Of a bridge: made anew when its rules look at other bits. */
struct cache_masks {
	uint32_t serial; /* never given twice: entries of another one are void */
	struct sw_fields reads;
	struct cache_layout layout[CACHE_CLASSES];
	uint32_t
		odd; /* words of `reads` with bits in them, of those that a packet can have something in */
	struct cache_limits limits;
	/* The key of a packet of no class: as there are limits or not. */
	void (*key_odd)(
		struct cache_key *key, const struct cache_reader *r, const struct rte_mbuf *m);
};

/* Words of 8 bytes of struct sw_fields: the first that is not 0 in all packets that come in, and how many there are. */
#define CACHE_ODD_FIRST (offsetof(struct sw_fields, pkt_mark) / 8)
#define CACHE_ODD_WORDS (sizeof(struct sw_fields) / 8)
/* Bit of its first word: it is at the end of its hops. */
#define CACHE_ODD_END	61

/* A port by rules_prog.id, and its bridge's masks by their serial. */
static inline uint64_t cache_owner(uint32_t port, uint32_t serial)
{
	return (uint64_t)port << 32 | serial;
}

/* Packets that a list looks for again: by its number. */
static inline uint64_t cache_owner_again(uint64_t recirc)
{
	return UINT64_C(1) << 63 | recirc;
}

/* That number of an owner, or 0: it is a port. */
static inline uint64_t cache_owner_number(uint64_t owner)
{
	return owner >> 63 ? owner << 1 >> 1 : 0;
}

/* What a packet is looked up by. */
struct cache_key {
	uint64_t owner; /* cache_owner() */
	uint64_t hash;
	uint8_t class; /* CACHE_NONE: not looked up */
	uint8_t n;     /* lanes; those behind are not set */
	cache_lane lane[CACHE_LANES];
};

static inline unsigned cache_length_class(const struct cache_limits *limits, uint32_t len)
{
	unsigned from = 0, left = limits->n;

	while (left) {
		unsigned half = left / 2;
		bool above = limits->of[from + half] < len;

		from += above ? half + 1 : 0;
		left = above ? left - half - 1 : half;
	}
	return from;
}

/* Control: masks for what rules read; the caller frees them after a grace period. */
struct cache_masks *cache_masks_create(
	const struct sw_fields *reads, const struct cache_limits *limits);

#endif
