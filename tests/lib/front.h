/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A vhost-user front end for tests: what QEMU and its guest's driver do, in a few calls and without a
 * guest. Memory is a memfd, rings are split. It can lie: send any message, offer any descriptor, take its
 * memory away. Each wait has a limit of FRONT_LIMIT_MS and fails the test program when it passes.
 *
 * One thread uses it. Linux's <linux/virtio_ring.h> has the rings' layouts.
 */
#ifndef TESTS_FRONT_H
#define TESTS_FRONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/virtio_ring.h>

#define FRONT_LIMIT_MS 60000
#define FRONT_RING     256
#define FRONT_PAIRS    4
#define FRONT_MEMORY   (8u << 20)
#define FRONT_BASE     0x100000000ull /* of guest and user addresses */
#define FRONT_HDR      12	      /* virtio_net_hdr_mrg_rxbuf */

struct front_ring {
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	uint16_t seen; /* used entries taken */
	int call_fd, kick_fd;
};

struct front {
	int listen_fd, fd, mem_fd;
	uint8_t *mem;
	size_t mem_size;
	unsigned n_pairs;
	uint64_t offered, features, protocol; /* by the back end; negotiated */
	struct front_ring rings[2 * FRONT_PAIRS];
};

/* Requests a test may want to send by itself. */
enum {
	FRONT_GET_FEATURES = 1,
	FRONT_SET_FEATURES = 2,
	FRONT_SET_OWNER = 3,
	FRONT_RESET_OWNER = 4,
	FRONT_SET_MEM_TABLE = 5,
	FRONT_SET_LOG_BASE = 6,
	FRONT_SET_VRING_NUM = 8,
	FRONT_SET_VRING_ADDR = 9,
	FRONT_SET_VRING_BASE = 10,
	FRONT_GET_VRING_BASE = 11,
	FRONT_SET_VRING_KICK = 12,
	FRONT_SET_VRING_CALL = 13,
	FRONT_GET_PROTOCOL = 15,
	FRONT_SET_PROTOCOL = 16,
	FRONT_GET_QUEUE_NUM = 17,
	FRONT_VRING_ENABLE = 18,
	FRONT_SEND_RARP = 19,
	FRONT_NET_SET_MTU = 20,
	FRONT_SET_STATUS = 39,
};

#define FRONT_REPLY_ACK (1u << 3)

/* Memory and rings of n_pairs queue pairs, no socket yet. fini closes everything. */
void front_init(struct front *f, unsigned n_pairs);
bool front_init_huge(struct front *f, unsigned n_pairs); /* false: no huge pages to be had */
void front_fini(struct front *f);

/* QEMU as server: make the socket, wait for the switch. As client: connect. Hang up. */
void front_listen(struct front *f, const char *path);
void front_accept(struct front *f);
void front_connect(struct front *f, const char *path);
void front_hang_up(struct front *f);

/* One message with payload and a descriptor (-1 none); a reply's u64. */
void front_send_msg(struct front *f, uint32_t request, uint32_t flags, const void *payload,
	size_t size, int fd);
void front_send_u64(struct front *f, uint32_t request, uint64_t value);
void front_send_ring(struct front *f, uint32_t request, uint32_t index, uint32_t num);
uint64_t front_ask_u64(struct front *f, uint32_t request);

/* Features (all that is offered but `without`), owner, memory. Then rings: size to kick, enable. */
void front_negotiate(struct front *f, uint64_t without);
void front_memory(struct front *f);
void front_ring_up(struct front *f, unsigned ring);
void front_enable(struct front *f, unsigned pair, bool on);
void front_start(struct front *f); /* all of that, first pair enabled */

/* Wait until the back end closes the connection. */
void front_wait_closed(struct front *f);

/* Guest: give a descriptor chain of one to a ring at slot `slot`; its buffer in guest memory. */
uint8_t *front_buffer(struct front *f, unsigned ring, unsigned slot);
void front_offer(struct front *f, unsigned ring, struct vring_desc desc, unsigned slot);

/* Guest: send a frame, post n receive buffers, take a received frame (its length, 0 none). */
void front_send(struct front *f, unsigned pair, const void *frame, size_t len);
void front_post(struct front *f, unsigned pair, unsigned n, uint32_t size);
size_t front_receive(struct front *f, unsigned pair, void *frame, size_t size);

/* How many chains of a ring the back end has given back so far. */
uint16_t front_used(const struct front *f, unsigned ring);

/* Wait for the call of a ring whose used entries front_receive has taken: there is another one. */
void front_wait_used(struct front *f, unsigned ring);

#endif
