/* SPDX-License-Identifier: BSD-3-Clause */
/* See port_hand.h. */
#include "port_hand.h"

struct sw_worker hand_worker;
struct sw_err hand_err;
static struct sw_lane lanes[32];
static unsigned held_before;

struct sw_port *hand_add(const char *name, const char *type, const char *key, const char *value)
{
	const char *opts[][2] = { { key, value } };
	struct sw_port_conf conf = {
		.name = name, .type = type, .n_options = key ? 1 : 0, .options = opts
	};
	struct sw_port *port = sw_port_new(&conf, &hand_err);
	struct sw_lane *lane;

	if (!port || sw_port_open(port, &hand_err))
		fail_msg("%s", hand_err.text);
	lane = &lanes[port->index];
	memset(lane, 0, sizeof(*lane));
	lane->port = port;
	lane->max_len = lane->rx_max_len = port->mtu + 18;
	hand_worker.lanes[port->index] = lane;
	return port;
}

void hand_del(struct sw_port *port)
{
	hand_worker.lanes[port->index] = NULL;
	sw_port_close(port);
	sw_port_free(port);
}

struct sw_lane *hand_lane(const struct sw_port *port)
{
	return &lanes[port->index];
}

uint64_t hand_drops(const struct sw_port *port, unsigned reason)
{
	return hand_lane(port)->stats.drops[reason];
}

struct rte_mbuf *hand_packet(unsigned len)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(sw_pool());

	assert_non_null(m);
	memset(rte_pktmbuf_append(m, len), 0x5a, len);
	return m;
}

void hand_send(struct sw_port *port, unsigned n, unsigned len)
{
	while (n--)
		sw_send(&hand_worker, hand_lane(port), hand_packet(len));
}

int hand_setup(void **state)
{
	swtest_eal();
	return sw_pool_create(4095, &hand_err);
}

int hand_begin(void **state)
{
	held_before = rte_mempool_in_use_count(sw_pool());
	return 0;
}

int hand_end(void **state)
{
	unsigned held = rte_mempool_in_use_count(sw_pool());

	for (unsigned i = 0; i < SW_PORT_MAX; i++) { /* after a failure */
		if (sw_port_by_index(i))
			hand_del(sw_port_by_index(i));
	}
	if (held != held_before)
		fprintf(stderr, "%u packet buffers are lost\n", held - held_before);
	return held != held_before;
}
