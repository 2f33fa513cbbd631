/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See front.h. Memory from the bottom: a page of rings for each ring (desc, avail, used), then a buffer of
 * 4 KiB for each descriptor of each ring. Rings live in the first MiB, so that truncating behind it leaves
 * them whole.
 */
#include "front.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define RING_SPACE 0x4000 /* of one ring's three parts */
#define BUFFERS	   0x100000
#define BUFFER	   0xc00 /* 3 KiB: all buffers of eight rings fit the memory */
#define F_PROTOCOL (1ull << 30)

struct header {
	uint32_t request, flags, size;
} __attribute__((packed));

#define must(cond)                                                                           \
	do {                                                                                 \
		if (!(cond)) {                                                               \
			fprintf(stderr, "front: %s:%d: %s: %s\n", __FILE__, __LINE__, #cond, \
				strerror(errno));                                            \
			abort();                                                             \
		}                                                                            \
	} while (0)

static void ring_init(struct front *f, unsigned i)
{
	uint8_t *at = f->mem + i * RING_SPACE;

	f->rings[i].desc = (struct vring_desc *)at;
	f->rings[i].avail = (struct vring_avail *)(at + 0x1000);
	f->rings[i].used = (struct vring_used *)(at + 0x2000);
	f->rings[i].call_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	f->rings[i].kick_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	must(f->rings[i].call_fd >= 0 && f->rings[i].kick_fd >= 0);
}

static bool init(struct front *f, unsigned n_pairs, unsigned flags)
{
	memset(f, 0, sizeof(*f));
	f->listen_fd = f->fd = -1;
	f->n_pairs = n_pairs;
	f->mem_size = FRONT_MEMORY;
	f->mem_fd = memfd_create("front", MFD_CLOEXEC | flags);
	must(f->mem_fd >= 0 && n_pairs <= FRONT_PAIRS);
	must(!ftruncate(f->mem_fd, f->mem_size));
	f->mem = mmap(NULL, f->mem_size, PROT_READ | PROT_WRITE, MAP_SHARED, f->mem_fd, 0);
	if (f->mem == MAP_FAILED) {
		close(f->mem_fd);
		return false;
	}
	for (unsigned i = 0; i < 2 * n_pairs; i++)
		ring_init(f, i);
	return true;
}

void front_init(struct front *f, unsigned n_pairs)
{
	must(init(f, n_pairs, 0));
}

bool front_init_huge(struct front *f, unsigned n_pairs)
{
	return init(f, n_pairs, MFD_HUGETLB);
}

void front_fini(struct front *f)
{
	front_hang_up(f);
	if (f->listen_fd >= 0)
		close(f->listen_fd);
	for (unsigned i = 0; i < 2 * f->n_pairs; i++) {
		close(f->rings[i].call_fd);
		close(f->rings[i].kick_fd);
	}
	munmap(f->mem, f->mem_size);
	close(f->mem_fd);
}

static void wait_fd(int fd, short events)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	must(poll(&pfd, 1, FRONT_LIMIT_MS) == 1);
}

static struct sockaddr_un address(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	must(strlen(path) < sizeof(addr.sun_path));
	strcpy(addr.sun_path, path);
	return addr;
}

void front_listen(struct front *f, const char *path)
{
	struct sockaddr_un addr = address(path);

	unlink(path);
	f->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(!bind(f->listen_fd, (struct sockaddr *)&addr, sizeof(addr)));
	must(!listen(f->listen_fd, 1));
}

void front_accept(struct front *f)
{
	wait_fd(f->listen_fd, POLLIN);
	f->fd = accept4(f->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	must(f->fd >= 0);
}

void front_connect(struct front *f, const char *path)
{
	struct sockaddr_un addr = address(path);

	f->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(!connect(f->fd, (struct sockaddr *)&addr, sizeof(addr)));
}

void front_hang_up(struct front *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

void front_send_msg(
	struct front *f, uint32_t request, uint32_t flags, const void *payload, size_t size, int fd)
{
	struct header head = { request, 1 | flags, size };
	struct iovec iov[2] = { { &head, sizeof(head) }, { (void *)payload, size } };
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	struct cmsghdr *cmsg;

	if (fd >= 0) {
		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(sizeof(int));
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
	}
	/* The back end may have hung up on us already: that is for the test to notice. */
	must(sendmsg(f->fd, &msg, MSG_NOSIGNAL) >= 0 || errno == EPIPE || errno == ECONNRESET);
}

void front_send_u64(struct front *f, uint32_t request, uint64_t value)
{
	front_send_msg(f, request, 0, &value, sizeof(value), -1);
}

void front_send_ring(struct front *f, uint32_t request, uint32_t index, uint32_t num)
{
	uint32_t payload[2] = { index, num };

	front_send_msg(f, request, 0, payload, sizeof(payload), -1);
}

static uint64_t read_reply(struct front *f)
{
	struct header head;
	uint64_t value;

	wait_fd(f->fd, POLLIN);
	must(recv(f->fd, &head, sizeof(head), MSG_WAITALL) == sizeof(head));
	must(head.size == sizeof(value));
	must(recv(f->fd, &value, sizeof(value), MSG_WAITALL) == sizeof(value));
	return value;
}

uint64_t front_ask_u64(struct front *f, uint32_t request)
{
	front_send_msg(f, request, 0, NULL, 0, -1);
	return read_reply(f);
}

void front_negotiate(struct front *f, uint64_t without)
{
	f->offered = front_ask_u64(f, FRONT_GET_FEATURES);
	f->features = f->offered & ~without;
	if (f->features & F_PROTOCOL) {
		f->protocol = front_ask_u64(f, FRONT_GET_PROTOCOL) & ~(1ull << 16); /* STATUS */
		front_send_u64(f, FRONT_SET_PROTOCOL, f->protocol);
	}
	front_send_msg(f, FRONT_SET_OWNER, 0, NULL, 0, -1);
	front_send_u64(f, FRONT_SET_FEATURES, f->features);
}

void front_memory(struct front *f)
{
	uint64_t table[5] = { 1, FRONT_BASE, f->mem_size, FRONT_BASE, 0 };

	front_send_msg(f, FRONT_SET_MEM_TABLE, 0, table, sizeof(table), f->mem_fd);
}

static uint64_t guest_addr(const struct front *f, const void *p)
{
	return FRONT_BASE + ((const uint8_t *)p - f->mem);
}

void front_ring_up(struct front *f, unsigned ring)
{
	struct front_ring *r = &f->rings[ring];
	struct {
		uint32_t index, flags;
		uint64_t desc, used, avail, log;
	} addr = { ring, 0, guest_addr(f, r->desc), guest_addr(f, r->used), guest_addr(f, r->avail),
		0 };
	uint64_t index = ring;

	front_send_ring(f, FRONT_SET_VRING_NUM, ring, FRONT_RING);
	front_send_ring(f, FRONT_SET_VRING_BASE, ring, r->used->idx);
	front_send_msg(f, FRONT_SET_VRING_ADDR, 0, &addr, sizeof(addr), -1);
	front_send_msg(f, FRONT_SET_VRING_CALL, 0, &index, sizeof(index), r->call_fd);
	front_send_msg(f, FRONT_SET_VRING_KICK, 0, &index, sizeof(index), r->kick_fd);
}

void front_enable(struct front *f, unsigned pair, bool on)
{
	front_send_ring(f, FRONT_VRING_ENABLE, 2 * pair, on);
	front_send_ring(f, FRONT_VRING_ENABLE, 2 * pair + 1, on);
}

void front_start(struct front *f)
{
	front_negotiate(f, 0);
	front_memory(f);
	for (unsigned i = 0; i < 2 * f->n_pairs; i++)
		front_ring_up(f, i);
	front_enable(f, 0, true);
}

void front_wait_closed(struct front *f)
{
	char byte;

	do
		wait_fd(f->fd, POLLIN);
	while (recv(f->fd, &byte, 1, 0) > 0);
}

uint8_t *front_buffer(struct front *f, unsigned ring, unsigned slot)
{
	return f->mem + BUFFERS + (ring * FRONT_RING + slot % FRONT_RING) * BUFFER;
}

void front_offer(struct front *f, unsigned ring, struct vring_desc desc, unsigned slot)
{
	struct front_ring *r = &f->rings[ring];

	r->desc[slot % FRONT_RING] = desc;
	r->avail->ring[r->avail->idx % FRONT_RING] = slot % FRONT_RING;
	__atomic_store_n(&r->avail->idx, r->avail->idx + 1, __ATOMIC_RELEASE);
}

void front_send(struct front *f, unsigned pair, const void *frame, size_t len)
{
	unsigned ring = 2 * pair + 1, slot = f->rings[ring].avail->idx;
	uint8_t *buffer = front_buffer(f, ring, slot);

	must(len + FRONT_HDR <= BUFFER);
	memset(buffer, 0, FRONT_HDR);
	memcpy(buffer + FRONT_HDR, frame, len);
	front_offer(
		f, ring, (struct vring_desc){ guest_addr(f, buffer), len + FRONT_HDR, 0, 0 }, slot);
}

void front_post(struct front *f, unsigned pair, unsigned n, uint32_t size)
{
	unsigned ring = 2 * pair;

	must(size <= BUFFER);
	for (unsigned i = 0; i < n; i++) {
		unsigned slot = f->rings[ring].avail->idx;
		uint64_t addr = guest_addr(f, front_buffer(f, ring, slot));

		front_offer(
			f, ring, (struct vring_desc){ addr, size, VRING_DESC_F_WRITE, 0 }, slot);
	}
}

uint16_t front_used(const struct front *f, unsigned ring)
{
	return __atomic_load_n(&f->rings[ring].used->idx, __ATOMIC_ACQUIRE);
}

void front_wait_used(struct front *f, unsigned ring)
{
	uint64_t calls;

	while (front_used(f, ring) == f->rings[ring].seen) {
		wait_fd(f->rings[ring].call_fd, POLLIN);
		must(read(f->rings[ring].call_fd, &calls, sizeof(calls)) == sizeof(calls));
	}
}

size_t front_receive(struct front *f, unsigned pair, void *frame, size_t size)
{
	struct front_ring *r = &f->rings[2 * pair];
	uint16_t parts = 1, done = 0;
	size_t len = 0;

	if (r->seen == front_used(f, 2 * pair))
		return 0;
	while (done < parts) {
		struct vring_used_elem *e = &r->used->ring[r->seen++ % FRONT_RING];
		uint8_t *buffer = front_buffer(f, 2 * pair, e->id);
		size_t skip = done ? 0 : FRONT_HDR;

		if (!done)
			memcpy(&parts, buffer + 10, sizeof(parts));
		must(len + e->len - skip <= size);
		memcpy((uint8_t *)frame + len, buffer + skip, e->len - skip);
		len += e->len - skip;
		done++;
	}
	return len;
}
