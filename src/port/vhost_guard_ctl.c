/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A look at each vhost-user message before the library handles it, because the library of 22.11 believes
 * some of what a front end says, and a front end is one step from its guest. Refused, by ending the
 * connection:
 *
 * - requests we never offered (inflight memory, IOMMU, postcopy, config, crypto);
 * - a payload shorter than the request's, which would be read from stale memory of the stack;
 * - a ring of 0 or more than VHOST_RING_MAX descriptors: 0 makes the library's index mask all ones, and 256
 *   rings of 32768 would cost 256 MiB of our heap;
 * - another size for a ring that is mapped, or another event index feature while any is: the library
 *   checked the addresses for the old size;
 * - a log of dirty pages that begins inside its file: the library adds the offset twice, and workers would
 *   write behind the mapping;
 * - a call descriptor that is not an eventfd: a worker writes to it, and must not block on a pipe.
 *
 * Changed: RESET_OWNER is answered without effect, as the specification allows ("back-end may ignore"); the
 * library would leak the rings' memory each time. While SET_MEM_TABLE runs the workers see no device,
 * because when it fails the library has unmapped the old memory already and goes on; and while it handles
 * what touches rings that we serve, since they are given back to it for that (vhost_ring_ctl.c).
 *
 * Library's thread, with the rings' locks held: nothing here waits for a worker that may wait for those.
 * Terms and layouts: "Vhost-user Protocol" of QEMU's documentation, and the contract of rte_vhost_msg_handle:
 * `msg` begins with the message.
 */
#include "vhost_dev.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_vhost.h>

#define NEED_REPLY  (1u << 3)
#define REGIONS_MAX 8
#define EVENT_IDX   (1ull << 29)

enum request {
	SET_FEATURES = 2,
	RESET_OWNER = 4,
	SET_MEM_TABLE = 5,
	SET_LOG_BASE = 6,
	SET_VRING_NUM = 8,
	SET_VRING_ADDR = 9,
	SET_VRING_BASE = 10,
	GET_VRING_BASE = 11,
	SET_VRING_KICK = 12,
	SET_VRING_CALL = 13,
	SEND_RARP = 19,
	REQUEST_COUNT = 41
};

/* A message as it is on the wire. */
struct message {
	uint32_t request, flags, size;
	union {
		uint64_t u64;
		struct {
			uint32_t index, num;
		} ring;
		struct {
			uint64_t size, offset;
		} log;
		struct {
			uint32_t n, padding;
			struct {
				uint64_t guest, size, user, offset;
			} at[REGIONS_MAX];
		} memory;
	};
} __attribute__((packed));

/* Bytes of payload a request has at least, plus one; 0: we never offered it. */
static const uint8_t least[REQUEST_COUNT] = {
	[1] = 1, /* GET_FEATURES */
	[SET_FEATURES] = 9,
	[3] = 1, /* SET_OWNER */
	[RESET_OWNER] = 1,
	[SET_MEM_TABLE] = 9,
	[SET_LOG_BASE] = 17,
	[7] = 1, /* SET_LOG_FD */
	[SET_VRING_NUM] = 9,
	[SET_VRING_ADDR] = 41,
	[SET_VRING_BASE] = 9,
	[GET_VRING_BASE] = 9,
	[SET_VRING_KICK] = 9,
	[SET_VRING_CALL] = 9,
	[14] = 9, /* SET_VRING_ERR */
	[15] = 1, /* GET_PROTOCOL_FEATURES */
	[16] = 9, /* SET_PROTOCOL_FEATURES */
	[17] = 1, /* GET_QUEUE_NUM */
	[18] = 9, /* SET_VRING_ENABLE */
	[SEND_RARP] = 9,
	[20] = 9, /* NET_SET_MTU */
	[39] = 9, /* SET_STATUS */
	[40] = 1, /* GET_STATUS */
};

static bool is_mapped(int vid, unsigned i)
{
	struct rte_vhost_vring ring;

	return !rte_vhost_get_vhost_vring(vid, i, &ring) && ring.desc;
}

static bool any_mapped(int vid)
{
	for (unsigned i = 0; i < rte_vhost_get_vring_num(vid) && i < VHOST_RINGS_MAX; i++) {
		if (is_mapped(vid, i))
			return true;
	}
	return false;
}

static const char *check_ring_size(struct vhost *v, int vid, const struct message *m)
{
	uint32_t num = m->ring.num;

	if (m->ring.index >= VHOST_RINGS_MAX)
		return "it names a ring above 255";
	if (!num || num > VHOST_RING_MAX || (num & (num - 1)))
		return "its ring is not a power of two from 1 to 4096 long";
	if (is_mapped(vid, m->ring.index))
		return "it resizes a ring that is in use";
	vhost_bit_set(v->ring_sized, m->ring.index, true);
	return NULL;
}

static const char *check_features(int vid, const struct message *m)
{
	uint64_t now = 0;

	rte_vhost_get_negotiated_features(vid, &now);
	if (((now ^ m->u64) & EVENT_IDX) && any_mapped(vid))
		return "it changes features while a ring is in use";
	return NULL;
}

static const char *check_memory(const struct message *m)
{
	const char *fault = NULL;

	if (!m->memory.n || m->memory.n > REGIONS_MAX ||
		m->size < 8 + m->memory.n * sizeof(m->memory.at[0]))
		fault = "its memory table is not of 1 to 8 regions";
	for (unsigned i = 0; !fault && i < m->memory.n; i++) {
		if (!m->memory.at[i].size ||
			m->memory.at[i].size + m->memory.at[i].offset < m->memory.at[i].size ||
			m->memory.at[i].size + m->memory.at[i].guest < m->memory.at[i].size ||
			m->memory.at[i].size + m->memory.at[i].user < m->memory.at[i].size)
			fault = "a region of its memory table is empty or wraps";
	}
	return fault;
}

static const char *check(struct vhost *v, int vid, struct message *m)
{
	if (m->request >= REQUEST_COUNT || !least[m->request])
		return "it sends a request that was not offered";
	if (m->size + 1 < least[m->request])
		return "it sends a message that is too short";
	if (v->paused)
		return "it goes on after its memory could not be mapped or a ring not be set";
	switch (m->request) {
	case SET_FEATURES:
		return check_features(vid, m);
	case SET_MEM_TABLE:
		return check_memory(m);
	case SET_LOG_BASE:
		return m->log.offset ? "its log of dirty pages has an offset" : NULL;
	case SET_VRING_NUM:
		return check_ring_size(v, vid, m);
	case GET_VRING_BASE:
		if (m->ring.index < VHOST_RINGS_MAX)
			vhost_bit_set(v->ring_sized, m->ring.index, false);
		return NULL;
	default:
		return NULL;
	}
}

static enum rte_vhost_msg_result refuse(struct vhost *v, struct message *m, const char *fault)
{
	vhost_dev_break(v, "the front end is refused: %s (request %u)", fault, m->request);
	m->flags &= ~NEED_REPLY; /* with it the library would answer and go on */
	/* Made plainly wrong, the library refuses them itself and closes the files that came along. */
	if (m->request == SET_MEM_TABLE)
		m->memory.n = UINT32_MAX;
	else if (m->request == SET_LOG_BASE)
		m->size = 0;
	else
		return RTE_VHOST_MSG_RESULT_ERR;
	return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
}

/* Does the library look at rings, or at memory they lie in, in this message? */
static bool touches_rings(const struct vhost *v, uint32_t request)
{
	switch (request) {
	case SET_MEM_TABLE:
		return true;
	case SET_FEATURES:
	case SET_VRING_NUM:
	case SET_VRING_ADDR:
	case SET_VRING_BASE:
	case SET_VRING_KICK:
		return v->running && v->own;
	default:
		return false;
	}
}

/* What the library would say at its next burst, which does not come. */
static void take_announcement(struct vhost *v, const struct message *m)
{
	memcpy(&v->rarp_mac, &m->u64, sizeof(v->rarp_mac));
	__atomic_store_n(&v->announce, v->own, __ATOMIC_RELEASE);
}

static enum rte_vhost_msg_result before(int vid, void *msg)
{
	struct vhost *v = vhost_dev_port(vid);
	struct message *m = msg;
	const char *fault;

	if (!v)
		return RTE_VHOST_MSG_RESULT_ERR;
	vhost_serving = v->port.index + 1; /* stays: the library goes on after our second look */
	fault = check(v, vid, m);
	if (fault)
		return refuse(v, m, fault);
	if (touches_rings(v, m->request))
		vhost_dev_pause(v, vid);
	else if (m->request == SEND_RARP)
		take_announcement(v, m);
	return m->request == RESET_OWNER ? RTE_VHOST_MSG_RESULT_OK
					 : RTE_VHOST_MSG_RESULT_NOT_HANDLED;
}

static bool is_eventfd(int fd)
{
	char link[64], target[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = '\0';
	return !strcmp(target, "anon_inode:[eventfd]");
}

/* The descriptor just taken is where a worker will write to wake the guest. */
static const char *check_call(int vid, const struct message *m)
{
	struct rte_vhost_vring ring;
	int flags;

	if (rte_vhost_get_vhost_vring(vid, m->u64 & 0xff, &ring) || ring.callfd < 0)
		return NULL;
	if (!is_eventfd(ring.callfd))
		return "its call descriptor is not an eventfd";
	flags = fcntl(ring.callfd, F_GETFL);
	if (flags >= 0 && !(flags & O_NONBLOCK))
		fcntl(ring.callfd, F_SETFL, flags | O_NONBLOCK);
	return NULL;
}

static enum rte_vhost_msg_result after(int vid, void *msg)
{
	struct vhost *v = vhost_dev_port(vid);
	struct message *m = msg;
	const char *fault = NULL;

	if (!v)
		return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
	if (v->paused) {
		vhost_dev_resume(v, vid);
	} else if (m->request == SET_VRING_CALL) {
		fault = check_call(vid, m);
		if (!fault)
			vhost_ring_set_call(v, vid, m->u64 & 0xff);
	}
	if (fault) {
		sw_rcu_set(v->live, NULL);
		refuse(v, m, fault);
		return RTE_VHOST_MSG_RESULT_ERR;
	}
	return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
}

static const struct rte_vhost_user_extern_ops extern_ops = {
	.pre_msg_handle = before,
	.post_msg_handle = after,
};

int vhost_guard_attach(int vid)
{
	return rte_vhost_extern_callback_register(vid, &extern_ops, NULL);
}
