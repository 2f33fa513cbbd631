/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A guest's ring served by src/port/vhost_ring.c, without a guest: memory of two regions that follow each
 * other for the guest and lie apart for us, each of exactly its size so that the address sanitizer sees a
 * step outside. Chains of every form against a naive reading of the same bytes, and rings full of lies.
 */
#include "../../src/port/vhost_ring.h"
#include "swtest.h"

#include <rte_vhost.h>

#include <sw/err.h>
#include <sw/pool.h>

#define ENTRIES	   16
#define GUEST	   0x40000000ull
#define REGION	   0x8000u
#define BAD	   3 /* any drop reason */
#define INDIRECT_N 8

static uint8_t *parts[2]; /* of the guest's memory */
static struct rte_vhost_memory *memory;
static struct {
	struct vring_desc desc[ENTRIES];
	struct {
		uint16_t flags, idx, ring[ENTRIES], event;
	} avail;
	struct {
		uint16_t flags, idx;
		struct vring_used_elem ring[ENTRIES];
		uint16_t event;
	} used;
} shared;
static struct vhost_ring ring;
static struct sw_worker worker;
static struct sw_lane lane;
static unsigned calls;

/* ---- the guest ---- */

static uint8_t *byte_of(uint64_t addr)
{
	uint64_t off = addr - GUEST;

	assert_true(off < 2 * REGION);
	return parts[off / REGION] + off % REGION;
}

static void guest_write(uint64_t addr, const uint8_t *from, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		*byte_of(addr + i) = from[i];
}

static void guest_read(uint64_t addr, uint8_t *to, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		to[i] = *byte_of(addr + i);
}

static void count_call(struct sw_late *late)
{
	calls++;
}

static void fresh(bool mergeable, bool event_idx)
{
	memset(&shared, 0, sizeof(shared));
	memset(&ring, 0, sizeof(ring));
	memset(&lane, 0, sizeof(lane));
	ring.size = ENTRIES;
	ring.header = 12;
	ring.mergeable = mergeable;
	ring.event_idx = event_idx;
	ring.call_fd = -1;
	ring.desc = shared.desc;
	ring.offered = (const struct vring_avail *)&shared.avail;
	ring.done = (struct vring_used *)&shared.used;
	ring.memory = memory;
	ring.late.run = count_call;
	shared.avail.flags = VRING_AVAIL_F_NO_INTERRUPT;
	calls = 0;
}

static void offer(uint16_t head)
{
	shared.avail.ring[shared.avail.idx++ % ENTRIES] = head;
}

static unsigned rx(struct rte_mbuf **pkts)
{
	return vhost_ring_rx(&ring, &lane, BAD, pkts, SW_BURST);
}

static struct rte_mbuf *packet(uint32_t len, uint8_t fill)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(sw_pool());

	assert_non_null(m);
	memset(rte_pktmbuf_append(m, len), fill, len);
	return m;
}

static unsigned tx(struct rte_mbuf *m, bool *too_long)
{
	unsigned sent = vhost_ring_tx(&ring, &worker, &m, 1, too_long);

	rte_pktmbuf_free(m);
	return sent;
}

/* ---- chains made at random ---- */

/* A chain of n descriptors, the last `inside` of them in an indirect table at `table`. */
struct form {
	unsigned n, inside;
	uint64_t table, addr[INDIRECT_N];
	uint32_t len[INDIRECT_N];
};

/* Pieces of `total` bytes, one after the other from `at` on with gaps, some of no length, the first of
 * `first` at least. */
static void draw_form(struct form *c, uint64_t *seed, uint64_t at, uint32_t total, uint32_t first)
{
	c->n = 1 + swtest_rand(seed) % INDIRECT_N;
	c->inside = swtest_rand(seed) % 2 ? swtest_rand(seed) % (c->n + 1) : 0;
	c->table = at;
	at += 16 * INDIRECT_N;
	for (unsigned i = 0; i < c->n; i++) {
		bool last = i + 1 == c->n;
		uint32_t len = last ? total : swtest_rand(seed) % (total + 1);

		if (!i)
			len = RTE_MAX(len, first);
		c->addr[i] = at;
		c->len[i] = len;
		total -= len;
		at += len + swtest_rand(seed) % 3;
	}
}

static void put_desc(struct vring_desc d, uint64_t table, unsigned i)
{
	if (table)
		guest_write(table + 16 * i, (const uint8_t *)&d, sizeof(d));
	else
		shared.desc[i] = d;
}

/* Write its descriptors from slot 0 on, last first so that heads differ from the order of offers. */
static void put_form(const struct form *c, uint16_t flags)
{
	unsigned outside = c->n - c->inside;

	for (unsigned i = 0; i < c->n; i++) {
		bool in = i >= outside,
		     last = i + 1 == c->n || (!in && i + 1 == outside && !c->inside);
		unsigned at = in ? i - outside : i;
		struct vring_desc d = { c->addr[i], c->len[i],
			flags | (last ? 0 : VRING_DESC_F_NEXT), at + 1 };

		put_desc(d, in ? c->table : 0, at);
	}
	if (c->inside)
		put_desc((struct vring_desc){ c->table, 16 * c->inside, VRING_DESC_F_INDIRECT, 0 },
			0, outside);
}

/* The indirect table lies on 8 bytes and in one region; all else may lie anywhere. */
static uint64_t draw_place(uint64_t *seed)
{
	uint64_t at = GUEST + (swtest_rand(seed) % (2 * REGION - 4096) & ~7ull);

	return at < GUEST + REGION && at + 16 * INDIRECT_N > GUEST + REGION ? GUEST + REGION : at;
}

static void forms_from_guest(void **state)
{
	uint64_t seed = swtest_seed(1);
	uint8_t frame[1600];
	struct rte_mbuf *m;

	for (unsigned round = 0; round < 20000; round++) {
		uint32_t len = 1 + swtest_rand(&seed) % 1500, done = 0;
		struct form c;

		if (!(round % ENTRIES))
			fresh(false, false);
		for (uint32_t i = 0; i < 12 + len; i++)
			frame[i] = swtest_rand(&seed);
		draw_form(&c, &seed, draw_place(&seed), 12 + len, 0);
		for (unsigned i = 0; i < c.n; done += c.len[i++])
			guest_write(c.addr[i], frame + done, c.len[i]);
		put_form(&c, 0);
		offer(0);
		assert_int_equal(rx(&m), 1);
		assert_int_equal(m->pkt_len, len);
		assert_int_equal(m->data_len, len);
		assert_memory_equal(rte_pktmbuf_mtod(m, void *), frame + 12, len);
		rte_pktmbuf_free(m);
		assert_int_equal(shared.used.idx, shared.avail.idx);
	}
	assert_int_equal(lane.stats.drops[BAD], 0);
}

static void forms_to_guest(void **state)
{
	uint64_t seed = swtest_seed(2);
	uint8_t got[1600];

	for (unsigned round = 0; round < 20000; round++) {
		uint32_t len = 1 + swtest_rand(&seed) % 1500, room = 12 + swtest_rand(&seed) % 1600;
		uint32_t done = 0;
		bool too_long;
		struct form c;

		fresh(false, false);
		draw_form(&c, &seed, draw_place(&seed), room, round % 4 ? 12 : 0);
		put_form(&c, VRING_DESC_F_WRITE);
		if (c.inside)
			shared.desc[c.n - c.inside].flags |= VRING_DESC_F_WRITE; /* to be ignored */
		offer(0);
		if (!tx(packet(len, round), &too_long)) {
			/* Refused only for a reason: too short, or its header in pieces, which goes back. */
			if (too_long)
				assert_true(12 + len > room);
			else
				assert_int_equal(ring.bad, 1);
			continue;
		}
		assert_int_equal(shared.used.ring[0].len, 12 + len);
		for (unsigned i = 0; i < c.n && done < 12 + len; i++) {
			uint32_t n = RTE_MIN(c.len[i], 12 + len - done);

			guest_read(c.addr[i], got + done, n);
			done += n;
		}
		assert_int_equal(done, 12 + len);
		assert_int_equal(got[10], 1); /* num_buffers */
		for (uint32_t i = 0; i < len; i++)
			assert_int_equal(got[12 + i], (uint8_t)round);
	}
}

/* ---- merged buffers ---- */

static void post(uint16_t slot, uint32_t len)
{
	shared.desc[slot] = (struct vring_desc){ GUEST + 0x400 * slot, len, VRING_DESC_F_WRITE, 0 };
	offer(slot);
}

static void merged(void **state)
{
	bool too_long;
	uint16_t n;

	fresh(true, false);
	for (unsigned i = 0; i < 4; i++)
		post(i, 100);
	assert_int_equal(tx(packet(400, 7), &too_long), 0); /* four hold 388 */
	assert_false(too_long);
	assert_int_equal(shared.used.idx, 0);
	post(4, 100);
	assert_int_equal(tx(packet(400, 7), &too_long), 1);
	assert_int_equal(shared.used.idx, 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(shared.used.ring[i].id, i);
		assert_int_equal(shared.used.ring[i].len, i < 4 ? 100 : 12);
	}
	memcpy(&n, byte_of(GUEST + 10), sizeof(n));
	assert_int_equal(n, 5);
	/* one that is no buffer in the middle: those before it go back unused, the packet goes on after it */
	post(5, 100);
	shared.desc[6] = (struct vring_desc){ 1, 100, VRING_DESC_F_WRITE, 0 };
	offer(6);
	post(7, 200);
	assert_int_equal(tx(packet(150, 7), &too_long), 1);
	assert_int_equal(shared.used.idx, 8);
	assert_int_equal(shared.used.ring[5].len, 0);
	assert_int_equal(shared.used.ring[6].len, 0);
	assert_int_equal(shared.used.ring[7].len, 162);
	assert_int_equal(ring.bad, 1);
}

/* A frame longer than the guest's buffers is lost alone. */
static void too_long_alone(void **state)
{
	struct rte_mbuf *pkts[3] = { packet(60, 1), packet(300, 2), packet(60, 3) };
	bool too_long;

	fresh(false, false);
	for (unsigned i = 0; i < 4; i++)
		post(i, 200);
	assert_int_equal(vhost_ring_tx(&ring, &worker, pkts, 3, &too_long), 1);
	assert_true(too_long);
	assert_int_equal(vhost_ring_tx(&ring, &worker, pkts + 2, 1, &too_long), 1);
	assert_false(too_long);
	assert_int_equal(shared.used.idx, 2);
	rte_pktmbuf_free_bulk(pkts, 3);
}

/* A chain of several segments, as from another port. */
static void segments(void **state)
{
	struct rte_mbuf *m = packet(70, 1), *tail = packet(50, 2);
	uint8_t got[120];
	bool too_long;

	assert_int_equal(rte_pktmbuf_chain(m, tail), 0);
	rte_mbuf_refcnt_update(m, 1);
	fresh(true, false);
	post(0, 200);
	assert_int_equal(tx(m, &too_long), 1);
	guest_read(GUEST + 12, got, 120);
	assert_int_equal(got[69] + got[70] + got[119], 5);
	post(1, 100); /* and over two buffers */
	post(2, 100);
	assert_int_equal(tx(m, &too_long), 1);
	guest_read(GUEST + 0x400 + 12, got, 88);
	guest_read(GUEST + 0x800, got + 88, 32);
	assert_int_equal(got[69] + got[70] + got[119], 5);
}

/* ---- calls ---- */

static void late_calls(void **state)
{
	bool too_long;

	fresh(false, false);
	for (unsigned i = 0; i < 8; i++)
		post(i, 200);
	tx(packet(60, 1), &too_long);
	sw_flush(&worker);
	assert_int_equal(calls, 0); /* the guest asked for none */
	shared.avail.flags = 0;
	tx(packet(60, 1), &too_long);
	tx(packet(60, 1), &too_long);
	assert_int_equal(calls, 0); /* not before the end of the turn, and then once */
	sw_flush(&worker);
	assert_int_equal(calls, 1);
	sw_flush(&worker);
	assert_int_equal(calls, 1);
}

static void calls_by_event(void **state)
{
	bool too_long;

	fresh(false, true);
	for (unsigned i = 0; i < 8; i++)
		post(i, 200);
	shared.avail.event = 2; /* when the third has come back */
	for (unsigned i = 0; i < 5; i++) {
		tx(packet(60, 1), &too_long);
		sw_flush(&worker);
		assert_int_equal(calls, i >= 2);
	}
}

/* ---- lies ---- */

static void lies(void **state)
{
	struct rte_mbuf *pkts[SW_BURST];

	fresh(false, false);
	for (unsigned i = 0; i < ENTRIES; i++) /* a loop */
		shared.desc[i] =
			(struct vring_desc){ GUEST, 1, VRING_DESC_F_NEXT, (i + 1) % ENTRIES };
	offer(0);
	assert_int_equal(rx(pkts), 0);
	shared.desc[0] = (struct vring_desc){ GUEST, 4096, 0, 0 }; /* longer than a packet buffer */
	offer(0);
	assert_int_equal(rx(pkts), 0);
	shared.desc[0] =
		(struct vring_desc){ GUEST, 100, VRING_DESC_F_WRITE, 0 }; /* to be written */
	offer(0);
	assert_int_equal(rx(pkts), 0);
	assert_int_equal(shared.used.idx, 3); /* each went back, and the ring goes on */
	assert_int_equal(lane.stats.drops[BAD], 3);
	assert_false(ring.stuck);
	shared.desc[0] = (struct vring_desc){ GUEST, 100, 0, 0 };
	offer(0);
	offer(ENTRIES);
	offer(0);
	assert_int_equal(rx(pkts), 1); /* what came before the head outside the table */
	rte_pktmbuf_free(pkts[0]);
	assert_int_equal(rx(pkts), 0);
	assert_true(ring.stuck);
	assert_int_equal(shared.used.idx, 4);
}

/* Any bytes at all in rings and tables: nothing outside is touched, every buffer comes back. */
static void wild(void **state)
{
	uint64_t seed = swtest_seed(3);
	unsigned before = rte_mempool_in_use_count(sw_pool());

	for (unsigned round = 0; round < 30000; round++) {
		struct rte_mbuf *pkts[SW_BURST];
		bool too_long;
		unsigned n;

		fresh(round & 1, round & 2);
		for (unsigned i = 0; i < ENTRIES; i++) {
			uint64_t r = swtest_rand(&seed);
			bool far = r % 16 == 0;

			shared.desc[i] =
				(struct vring_desc){ far ? r : GUEST + (r >> 8) % (2 * REGION + 64),
					(r >> 32) % 8 ? (r >> 40) % 2000 : (uint32_t)(r >> 32),
					(r >> 4) % 8, (r >> 12) % (ENTRIES + 2) };
			shared.avail.ring[i] = (r >> 20) % (ENTRIES + (r % 64 == 0));
		}
		for (unsigned i = 0; i < 64; i++) /* tables that may be pointed at */
			memcpy(parts[1] + 16 * i, &shared.desc[swtest_rand(&seed) % ENTRIES], 16);
		shared.avail.idx = swtest_rand(&seed) % 40;
		n = rx(pkts);
		rte_pktmbuf_free_bulk(pkts, n);
		for (n = 0; n < 4; n++)
			tx(packet(1 + swtest_rand(&seed) % 1500, 1), &too_long);
		sw_flush(&worker);
	}
	assert_int_equal(rte_mempool_in_use_count(sw_pool()), before);
}

static int set_up(void **state)
{
	struct sw_err err;

	swtest_eal();
	memory = calloc(1, sizeof(*memory) + 2 * sizeof(memory->regions[0]));
	memory->nregions = 2;
	for (unsigned i = 0; i < 2; i++) {
		parts[i] = malloc(REGION);
		memset(parts[i], 0, REGION);
		memory->regions[i].guest_phys_addr = GUEST + i * REGION;
		memory->regions[i].size = REGION;
		memory->regions[i].host_user_addr = (uintptr_t)parts[i];
	}
	return sw_pool_create(1024, &err);
}

static int tear_down(void **state)
{
	free(parts[0]);
	free(parts[1]);
	free(memory);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_from_guest),
		cmocka_unit_test(forms_to_guest),
		cmocka_unit_test(merged),
		cmocka_unit_test(too_long_alone),
		cmocka_unit_test(segments),
		cmocka_unit_test(late_calls),
		cmocka_unit_test(calls_by_event),
		cmocka_unit_test(lies),
		cmocka_unit_test(wild),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
