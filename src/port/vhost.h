/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inside of the vhost-user port classes: what their files share. vhost.c serves packets; vhost_ctl.c is
 * the classes; vhost_path_ctl.c judges socket paths; vhost_link_ctl.c connects, and vhost_conn_ctl.c
 * finds the sockets of that; vhost_dev_ctl.c hears the library's callbacks; vhost_guard_ctl.c looks at
 * messages before the library does; vhost_fault_ctl.c survives memory that is taken away.
 */
#ifndef PORT_VHOST_H
#define PORT_VHOST_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/queue.h>

#include <sw/port.h>

#include "vhost_ring.h"

#define VHOST_RINGS_MAX	   256 /* what the library takes of a device: 128 queue pairs */
#define VHOST_PAIRS_MAX	   (VHOST_RINGS_MAX / 2)
#define VHOST_RING_MAX	   4096 /* descriptors of a ring: bounds the memory a front end costs us */
#define VHOST_RETRIES_MAX  32
#define VHOST_RETRIES	   8
#define VHOST_PATH_SIZE	   108 /* of a Unix socket, with the final NUL */
#define VHOST_EXTRA_HEADER 22  /* Ethernet header and two 802.1Q tags beyond the MTU */

/* The rings workers may use, immutable; published by RCU, replaced when the guest enables others. */
struct vhost_live {
	int vid;
	uint32_t gen;	     /* differs between any two of a port */
	bool own;	     /* the rings are served by vhost_ring.c, else by the library */
	uint16_t n_rx, n_tx; /* may differ while a guest changes its queues */
	struct vhost_ring *rx[VHOST_PAIRS_MAX]; /* rings the guest sends on, in order */
	struct vhost_ring *tx[VHOST_PAIRS_MAX];
};

/* What the one worker that polls a queue keeps of it while the library serves it. */
struct vhost_rxq {
	uint32_t gen;	/* of the vhost_live the rest belongs to */
	uint32_t polls; /* since the last look at the ring's index */
	uint16_t base;	/* the ring's index then */
	uint32_t taken; /* packets got since then */
	uint32_t stuck; /* atomic: 1 while the guest offers what cannot be read */
} __rte_cache_aligned;

/* A guest as the library tells of it; zeroed without one. */
struct vhost_guest {
	bool live;
	uint64_t features;
	uint16_t n_rings, n_rx, n_tx;
	uint16_t ring_size[VHOST_RINGS_MAX];
	int numa;
	int guest_mtu; /* -1: not told */
};

/* What status() tells; under vhost.lock, which is never held across a call of the library. */
struct vhost_info {
	struct vhost_guest guest;
	uint32_t resets;
	char fault[160]; /* why the last connection was ended by us, or "" */
	char error[160]; /* why there is no connection, beyond "nobody listens", or "" */
};

/* One port. */
struct vhost {
	struct sw_port port;
	struct vhost_live *live; /* rcu: workers; NULL: no device */
	uint32_t broken; /* atomic: the connection is to be ended; set in a signal handler too */
	uint32_t tx_retries; /* atomic */
	uint64_t retried;    /* atomic: transmit retries so far */
	uint32_t announce;   /* atomic: the guest moved here, rarp_mac is to be heard of */
	struct rte_ether_addr rarp_mac;
	uintptr_t fault_addr; /* set before broken by the signal handler, else 0 */

	/* Connection: the library's callbacks, one at a time for a port. */
	struct vhost_live *current; /* what live was set to last; a fault clears live only */
	uint32_t next_gen;
	uint8_t ring_on[VHOST_RINGS_MAX / 8];	 /* ready and enabled, as the library says */
	uint8_t ring_sized[VHOST_RINGS_MAX / 8]; /* SET_VRING_NUM since it was stopped */
	bool paused;  /* a message that stops the workers began and has not succeeded */
	bool running; /* between new_device and destroy_device */
	bool own;     /* of the live to come */
	struct vhost_ring *rings[VHOST_RINGS_MAX]; /* made when first needed, kept until close */
	struct rte_vhost_memory *memory;	   /* what held rings look into */

	/* Link: under the lock of vhost_link_ctl.c. */
	bool server, registered;
	uint32_t connected; /* atomic; set by callbacks */
	uint32_t closing; /* atomic; no worker holds the port any more: no grace period is needed */
	unsigned faults;  /* in a row, for the length of the pause */
	uint64_t since_ms; /* of the present connection */
	uint64_t retry_ms; /* not before */
	TAILQ_ENTRY(vhost) next;

	char path[VHOST_PATH_SIZE];
	char *where;	      /* path with its folder resolved, to know two names of one socket */
	pthread_mutex_t lock; /* info */
	struct vhost_info info;
	struct vhost_rxq rxq[VHOST_PAIRS_MAX];
};

static inline struct vhost *vhost_of(struct sw_port *port)
{
	return (struct vhost *)port;
}

/* The port whose guest memory this thread is about to touch: its index plus one, or 0. An index, not a
 * pointer: the library's thread does not tell when it is done with a port. */
extern __thread uint32_t vhost_serving;
extern struct vhost *vhost_by_index[SW_PORT_MAX]; /* atomic; open ports */

/* Worker half. */
unsigned vhost_rx(struct sw_port *port, unsigned queue, struct sw_lane *lane,
	struct rte_mbuf **pkts, unsigned n);
unsigned vhost_tx(struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n);

/* Check and fill v->path and v->where; 0 or an error that names path and folder. */
int vhost_path_client(struct vhost *v, const char *path, struct sw_err *err);
int vhost_path_server(struct vhost *v, const char *dir, struct sw_err *err);

/* Link. Add: refuses a socket another port has (err names it); a server's socket exists when it returns.
 * Remove: the connection is ended and no callback runs any more. Both block. */
int vhost_link_add(struct vhost *v, struct sw_err *err);
void vhost_link_remove(struct vhost *v);
struct vhost *vhost_link_find(const char *path);
void vhost_link_wake(void); /* may be called in a signal handler */
void vhost_link_stop(void); /* ports are closed */

static inline bool vhost_bit(const uint8_t *map, unsigned i)
{
	return map[i / 8] >> (i % 8) & 1;
}

static inline void vhost_bit_set(uint8_t *map, unsigned i, bool on)
{
	map[i / 8] = (map[i / 8] & ~(1u << (i % 8))) | (unsigned)on << (i % 8);
}

#endif
