/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port: where packets enter and leave, and the contract of a port class (one file a class).
 *
 * Life: sw_port_new (control: name and index are taken) -> sw_port_open (may block: job thread) ->
 * sw_pmd_attach (lanes, queues polled) -> member of a bridge -> out of the bridge -> sw_pmd_detach
 * (no worker touches it when its callback comes) -> sw_port_close (job thread) -> sw_port_free (control).
 *
 * room: port. Thread: control, unless a line says otherwise. Packets: workers.
 */
#ifndef SW_PORT_H
#define SW_PORT_H

#include <stdbool.h>

#include <rte_ether.h>

#include <sw/reg.h>
#include <sw/text.h>
#include <sw/worker.h>

struct sw_err;

/* One key of Interface.options that a class knows. */
struct sw_option {
	const char *name;
	const char *help;
	enum { SW_OPT_TEXT, SW_OPT_UINT, SW_OPT_BOOL } type;
	bool required;
	uint64_t min, max;   /* SW_OPT_UINT */
	const char *initial; /* what holds without it, as text; NULL: nothing, or see help */
};

/* What is asked of a port; the strings belong to the caller and are copied by sw_port_new/set. */
struct sw_port_conf {
	const char *name;
	const char *type; /* class name; "" is "system" */
	unsigned n_options;
	const char *(*options)[2]; /* {key, value}; sw_port_new/set check them */
	uint16_t mtu;		   /* 0: the class's default */
	bool has_mac;
	struct rte_ether_addr mac;
};

/* What a class tells of a port now. The caller zeroes it. */
struct sw_port_status {
	bool link_up, admin_up, full_duplex;
	uint64_t link_speed; /* bit/s, 0 unknown */
	uint32_t link_resets;
	int ifindex; /* 0: no kernel interface */
	uint16_t n_rxq, n_txq;
	char error[256];					    /* what is wrong, or "" */
	void (*add)(void *arg, const char *key, const char *value); /* keys of Interface.status */
	void *arg;
};

/* Statistics a class has beyond the lanes' (device counters), by OVS's names; UINT64_MAX is unknown. */
struct sw_port_counters {
	void (*add)(void *arg, const char *name, uint64_t value);
	void *arg;
};

struct sw_ingress;

struct sw_port {
	uint16_t index; /* dense; reused after the port is freed */
	uint16_t n_rxq; /* queues to poll now; the class writes (atomic), then sw_port_changed() */
	uint16_t mtu;	/* in force */
	int16_t numa;	/* node of the device, -1 any: sw_port_new says -1, open may say more */
	bool opened;
	uint8_t state; /* what it was asked not to do: port_state.h */
	const struct sw_port_class *cls;
	const struct sw_ingress *ingress; /* rcu, by pipeline; NULL: drops as no_bridge */
	struct rte_ether_addr mac;
	uint64_t serial; /* never given twice */
	char name[SW_NAME_SIZE];
	struct sw_port_conf conf; /* own copy */
};

struct sw_program;

/*
 * What a worker runs on each burst of a port; embedded first in what a program (<sw/program.h>) compiles
 * for the port. It counts rx_packets, rx_bytes, rx_multicast and rx_broadcast on the lane, since it
 * looks at the packets anyway; pmd counts rx_packets and rx_bytes itself only where ingress is NULL.
 */
struct sw_ingress {
	/* Consumes pkts[0..n), n <= SW_BURST, and counts them as received on `in`, this worker's lane of the
	 * input port. They may be shared (refcnt > 1). */
	void (*run)(struct sw_worker *w, const struct sw_ingress *self, struct sw_lane *in,
		struct rte_mbuf **pkts, unsigned n);
	const struct sw_program *program;
};

#define SW_PORT_RECREATE 1 /* from set: this change needs a new port */

struct sw_port_class {
	const char *name; /* Interface.type */
	const char *help;
	const struct sw_option *options; /* ended by .name == NULL; NULL for none */
	size_t size;		   /* of the class's struct, whose first member is struct sw_port */
	uint64_t caps;		   /* what opening and changing one needs: <sw/privilege.h> */
	uint16_t mtu_min, mtu_max; /* range of mtu_request */
	/* Open the device: may block, job thread. Sets mac, mtu, n_rxq. Fails whole: nothing stays. */
	int (*open)(struct sw_port *port, struct sw_err *err);
	/* Undo open; no worker holds it any more. May block, job thread. */
	void (*close)(struct sw_port *port);
	/* Apply a new conf to an open port: 0 done, SW_PORT_RECREATE, or an error with nothing changed.
	 * port->conf is still the old one. NULL: any change recreates. Must not block. */
	int (*set)(struct sw_port *port, const struct sw_port_conf *conf, struct sw_err *err);
	/* Worker: up to n <= SW_BURST packets of queue `queue` (< n_rxq); one worker a queue. */
	unsigned (*rx)(struct sw_port *port, unsigned queue, struct sw_lane *lane,
		struct rte_mbuf **pkts, unsigned n);
	/* Worker, several at once: takes pkts[0..k) for good (the class frees them) and returns k <= n. What
	 * it takes and cannot send it gives to sw_tx_drop. */
	unsigned (*tx)(
		struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n);
	void (*status)(struct sw_port *port, struct sw_port_status *status); /* control */
	/* control; may be NULL */
	void (*counters)(struct sw_port *port, const struct sw_port_counters *out);
};
SW_REG_KIND_DECLARE(port_class);

/* Is the conf good for its class? 0 or an error with err->path a column; touches nothing. */
int sw_port_check(const struct sw_port_conf *conf, struct sw_err *err);

/* Take name and index; conf is checked against the class. NULL with err: unknown type or option (with the
 * nearest), bad name, taken name, too many ports. */
struct sw_port *sw_port_new(const struct sw_port_conf *conf, struct sw_err *err);
int sw_port_open(struct sw_port *port, struct sw_err *err);
void sw_port_close(struct sw_port *port);
void sw_port_free(struct sw_port *port);

/* Change what is asked: 0 applied and port->conf replaced, SW_PORT_RECREATE, or an error, nothing changed. */
int sw_port_set(struct sw_port *port, const struct sw_port_conf *conf, struct sw_err *err);

struct sw_port *sw_port_by_name(const char *name); /* or NULL */
struct sw_port *sw_port_by_index(unsigned index);  /* or NULL; index < SW_PORT_MAX */

/* A class tells that link, MTU or n_rxq changed. Any thread but workers; `fn` runs on control later. */
void sw_port_changed(struct sw_port *port);

/* Who hears of it, in the order of asking; asking again is harmless. SW_PORT_LISTENERS at most. */
#define SW_PORT_LISTENERS 8
void sw_port_on_change(void (*fn)(struct sw_port *port));

/* Value of an option of conf, or NULL. */
const char *sw_port_option(const struct sw_port_conf *conf, const char *key);

#endif
