/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets, queues and status of dpdk ports on virtual devices: net_null, net_pcap with files, net_ring. */
#include "dpdk_hand.h"

#include "../../src/port/dpdk.h"

SW_USE(drop, tx_full);
SW_USE(drop, tx_segmented);

static struct sw_worker worker = { .id = 0 };

static struct sw_lane *lane_for(struct sw_port *port)
{
	static struct sw_lane lane;

	memset(&lane, 0, sizeof(lane));
	lane.port = port;
	lane.max_len = port->mtu + 18;
	worker.lanes[port->index] = &lane;
	return &lane;
}

static struct rte_mbuf *packet(unsigned len)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(sw_pool());

	memset(rte_pktmbuf_append(m, len), 0x5a, len);
	return m;
}

static void null_sends_and_receives(void **state)
{
	unsigned before = in_use();
	struct sw_port *port = must_open("p0", "net_null0,size=100");
	struct sw_lane *lane = lane_for(port);
	struct rte_mbuf *pkts[SW_BURST];
	unsigned n = port->cls->rx(port, 0, lane, pkts, SW_BURST);

	assert_int_equal(port->n_rxq, 1);
	assert_int_equal(port->mtu, 1500);
	assert_int_equal(n, SW_BURST);
	assert_int_equal(pkts[0]->pkt_len, 100);
	for (unsigned i = 0; i < n; i++)
		sw_send(&worker, lane, pkts[i]);
	sw_flush(&worker);
	assert_int_equal(lane->stats.tx_packets, SW_BURST);
	assert_int_equal(lane->stats.tx_bytes, SW_BURST * 100);
	drop(port);
	assert_int_equal(in_use(), before);
	assert_int_equal(rte_eth_dev_count_avail(), 0);
}

static void pcap_is_read_whole(void **state)
{
	unsigned before = in_use(), total = 0;
	struct rte_mbuf *pkts[SW_BURST];
	struct sw_port *port;
	char args[200];

	snprintf(args, sizeof(args), "net_pcap0,rx_pcap=%s", capture("in.pcap", 100, 60));
	port = must_open("p0", args);
	for (unsigned turn = 0; turn < 100; turn++) {
		unsigned n = port->cls->rx(port, 0, NULL, pkts, SW_BURST);

		for (unsigned i = 0; i < n; i++, total++) {
			assert_int_equal(pkts[i]->pkt_len, 60);
			assert_int_equal(*rte_pktmbuf_mtod(pkts[i], uint8_t *), total);
			rte_pktmbuf_free(pkts[i]);
		}
	}
	assert_int_equal(total, 100);
	drop(port);
	assert_int_equal(in_use(), before);
}

/* A jumbo frame is a chain of buffers, and goes out whole. */
static void jumbo_crosses(void **state)
{
	unsigned before = in_use();
	struct rte_mbuf *m = NULL;
	struct sw_port *port;
	struct sw_lane *lane;
	char args[300], *in = capture("jumbo.pcap", 1, 9000);
	FILE *f;

	snprintf(args, sizeof(args), "net_pcap0,rx_pcap=%s,tx_pcap=%s/out.pcap", in, dir);
	port = make_mtu("p0", args, 9000);
	if (!port || sw_port_open(port, &err))
		fail_msg("%s", err.text);
	lane = lane_for(port);
	assert_int_equal(port->mtu, 9000);
	assert_int_equal(port->cls->rx(port, 0, lane, &m, 1), 1);
	assert_int_equal(m->pkt_len, 9000);
	assert_true(m->nb_segs > 1);
	sw_send(&worker, lane, m);
	sw_flush(&worker);
	assert_int_equal(lane->stats.tx_packets, 1);
	drop(port);
	snprintf(args, sizeof(args), "%s/out.pcap", dir);
	f = fopen(args, "rb");
	fseek(f, 0, SEEK_END);
	assert_int_equal(ftell(f), 24 + 16 + 9000);
	fclose(f);
	assert_int_equal(in_use(), before);
}

/* net_ring sends to itself; a full ring leaves the rest to us. */
static void ring_fills_and_drains(void **state)
{
	unsigned before = in_use(), sent = 3000, back = 0, n;
	struct sw_port *port = must_open("p0", "net_ring0");
	struct sw_lane *lane = lane_for(port);
	struct rte_mbuf *pkts[SW_BURST];

	for (unsigned i = 0; i < sent; i++)
		sw_send(&worker, lane, packet(60));
	sw_flush(&worker);
	assert_true(lane->stats.drops[SW_ID(drop, tx_full)] > 0);
	assert_int_equal(lane->stats.tx_packets + lane->stats.drops[SW_ID(drop, tx_full)], sent);
	assert_int_equal(lane->stats.tx_bytes, lane->stats.tx_packets * 60);
	while ((n = port->cls->rx(port, 0, lane, pkts, SW_BURST))) {
		rte_pktmbuf_free_bulk(pkts, n);
		back += n;
	}
	assert_int_equal(back, lane->stats.tx_packets);
	drop(port);
	assert_int_equal(in_use(), before);
}

static struct rte_mbuf *chain(unsigned len, unsigned parts)
{
	struct rte_mbuf *head = packet(len);

	while (--parts)
		rte_pktmbuf_chain(head, packet(len));
	return head;
}

/* As on a device that sends one buffer a packet: chains are joined, long ones lost, and of a ring that
 * fills in the middle each packet has one fate. */
static void chains_are_joined(void **state)
{
	unsigned before = in_use(), joined = 0, n;
	struct sw_port *port = must_open("p0", "net_ring0");
	struct sw_lane *lane = lane_for(port);
	struct rte_mbuf *pkts[SW_BURST];

	dpdk_of(port)->one_segment = true;
	lane->max_len = 9018;
	for (unsigned i = 0; i < 500; i++) {
		sw_send(&worker, lane, packet(60));
		sw_send(&worker, lane, chain(1500, 3));
		sw_send(&worker, lane, chain(100, 3));
	}
	sw_flush(&worker);
	assert_int_equal(lane->stats.drops[SW_ID(drop, tx_segmented)], 500);
	assert_int_equal(lane->stats.tx_packets, 1000);
	assert_int_equal(lane->stats.tx_bytes, 500 * 60 + 500 * 300);
	for (unsigned i = 0; i < 100; i++) {
		sw_send(&worker, lane, chain(100, 2));
		sw_send(&worker, lane, chain(1500, 2));
	}
	sw_flush(&worker);
	n = lane->stats.drops[SW_ID(drop, tx_full)];
	assert_in_range(n, 1, 99); /* the ring holds 1023 */
	assert_int_equal(lane->stats.tx_packets, 1000 + 100 - n);
	assert_int_equal(lane->stats.tx_bytes, 180000 + 200 * (100 - n));
	assert_int_equal(lane->stats.drops[SW_ID(drop, tx_segmented)], 600);
	while ((n = port->cls->rx(port, 0, lane, pkts, SW_BURST))) {
		for (unsigned i = 0; i < n; i++) {
			assert_int_equal(pkts[i]->nb_segs, 1);
			joined += pkts[i]->pkt_len == 300 || pkts[i]->pkt_len == 200;
			rte_pktmbuf_free(pkts[i]);
		}
	}
	assert_int_equal(joined, lane->stats.tx_packets - 500);
	drop(port);
	assert_int_equal(in_use(), before);
}

static void many_workers_few_queues(void **state)
{
	struct sw_port *port;
	struct sw_lane *lane;
	struct sw_port_status status = { 0 };
	char args[200];

	sw_worker_count_set(4);
	snprintf(args, sizeof(args), "net_pcap0,rx_pcap=%s", capture("in.pcap", 1, 60));
	port = must_open("p0", args);
	lane = lane_for(port);
	port->cls->status(port, &status);
	assert_int_equal(status.n_txq, 1);
	worker.id = 3;
	sw_send(&worker, lane, packet(60));
	sw_flush(&worker);
	worker.id = 0;
	assert_int_equal(lane->stats.tx_packets + lane->stats.drops[SW_ID(drop, tx_full)], 1);
	drop(port);
	port = must_open("p0", "net_null0");
	port->cls->status(port, &status);
	assert_int_equal(status.n_txq, 4);
	drop(port);
	sw_worker_count_set(1);
}

struct seen {
	char text[2000];
};

static void see(void *arg, const char *key, const char *value)
{
	struct seen *seen = arg;
	size_t len = strlen(seen->text);

	snprintf(seen->text + len, sizeof(seen->text) - len, "%s=%s\n", key, value);
}

static void see_number(void *arg, const char *name, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	see(arg, name, text);
}

static void status_and_counters(void **state)
{
	static const char *const keys[] = { "driver_name=net_null\n", "port_no=0\n",
		"numa_id=", "max_rx_queues=", "n_rxq=1\n", "n_txq=1\n", "if_descr=DPDK 22.11",
		"if_type=6\n", "bus_info=bus_name=vdev\n", "link_speed=10Gbps\n",
		"max_mac_addrs=" };
	static const char *const names[] = { "rx_missed_errors=0\n", "rx_errors=0\n",
		"tx_errors=0\n", "rx_mbuf_allocation_errors=0\n" };
	struct sw_port *port = must_open("p0", "net_null0");
	struct seen seen = { 0 }, counted = { 0 };
	struct sw_port_status status = { .add = see, .arg = &seen };
	struct sw_port_counters out = { .add = see_number, .arg = &counted };

	port->cls->status(port, &status);
	assert_true(status.link_up);
	assert_int_equal(status.link_speed, 10000000000ull);
	assert_int_equal(status.link_resets, 0);
	assert_string_equal(status.error, "");
	for (unsigned i = 0; i < RTE_DIM(keys); i++) {
		if (!strstr(seen.text, keys[i]))
			fail_msg("no %s in\n%s", keys[i], seen.text);
	}
	port->cls->counters(port, &out);
	for (unsigned i = 0; i < RTE_DIM(names); i++) {
		if (!strstr(counted.text, names[i]))
			fail_msg("no %s in\n%s", names[i], counted.text);
	}
	drop(port);
}

static void several_queues(void **state)
{
	struct sw_port *port = make_opt("net_null0", "n_rxq", "4");
	struct rte_mbuf *m;

	assert_int_equal(sw_port_open(port, &err), 0);
	assert_int_equal(port->n_rxq, 4);
	for (unsigned q = 0; q < 4; q++) {
		assert_int_equal(port->cls->rx(port, q, NULL, &m, 1), 1);
		rte_pktmbuf_free(m);
	}
	drop(port);
}

static void own_mac(void **state)
{
	const char *opts[][2] = { { "dpdk-devargs", "net_null0" } };
	struct sw_port_conf conf = { .name = "p0",
		.type = "dpdk",
		.n_options = 1,
		.options = opts,
		.has_mac = true,
		.mac = { { 2, 0, 0, 0, 0, 9 } } };
	struct sw_port *port = sw_port_new(&conf, &err);

	if (!port || sw_port_open(port, &err))
		fail_msg("%s", err.text);
	assert_memory_equal(&port->mac, &conf.mac, sizeof(conf.mac));
	assert_int_equal(sw_port_set(port, &conf, &err), 0);
	conf.mtu = 1400;
	assert_int_equal(sw_port_set(port, &conf, &err), SW_PORT_RECREATE);
	drop(port);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DPDK_TEST(null_sends_and_receives),
		DPDK_TEST(pcap_is_read_whole),
		DPDK_TEST(jumbo_crosses),
		DPDK_TEST(ring_fills_and_drains),
		DPDK_TEST(chains_are_joined),
		DPDK_TEST(many_workers_few_queues),
		DPDK_TEST(status_and_counters),
		DPDK_TEST(several_queues),
		DPDK_TEST(own_mac),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
