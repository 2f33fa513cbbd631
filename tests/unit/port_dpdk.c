/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports of class dpdk on virtual devices: net_null, net_pcap with files, net_ring. */
#include "swtest.h"

#include <errno.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_ethdev.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/pool.h>
#include <sw/port.h>

#include "../../src/port/dpdk.h"

#define POOL 20000

SW_USE(drop, tx_full);
SW_USE(drop, tx_segmented);

static struct sw_err err;
static char dir[] = "/tmp/swd-test-XXXXXX";

static struct sw_port *make_mtu(const char *name, const char *devargs, uint16_t mtu)
{
	const char *opts[][2] = { { "dpdk-devargs", devargs }, { "n_rxq_desc", "512" },
		{ "n_txq_desc", "512" } };
	struct sw_port_conf conf = {
		.name = name, .type = "dpdk", .n_options = 3, .options = opts, .mtu = mtu
	};

	return sw_port_new(&conf, &err);
}

static struct sw_port *make(const char *name, const char *devargs)
{
	return make_mtu(name, devargs, 0);
}

static struct sw_port *must_open(const char *name, const char *devargs)
{
	struct sw_port *port = make(name, devargs);

	assert_non_null(port);
	if (sw_port_open(port, &err))
		fail_msg("%s", err.text);
	return port;
}

static void drop(struct sw_port *port)
{
	sw_port_close(port);
	sw_port_free(port);
}

static void refused(struct sw_port *port, enum sw_code code, const char *text)
{
	assert_non_null(port);
	assert_int_not_equal(sw_port_open(port, &err), 0);
	if (err.code != code || !strstr(err.text, text))
		fail_msg("code %s, \"%s\" has no \"%s\"", sw_err_code_name(err.code), err.text,
			text);
	sw_port_free(port);
	assert_int_equal(rte_eth_dev_count_avail(), 0);
}

static unsigned in_use(void)
{
	return rte_mempool_in_use_count(sw_pool());
}

/* A capture file of frames whose bytes are their number; classic little-endian format, Ethernet. */
static char *capture(const char *name, unsigned frames, uint32_t len)
{
	static char path[128];
	const uint32_t head[] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1 };
	uint8_t *bytes = malloc(len);
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	fwrite(head, sizeof(head), 1, f);
	for (unsigned i = 0; i < frames; i++) {
		const uint32_t rec[] = { i, 0, len, len };

		memset(bytes, i, len);
		fwrite(rec, sizeof(rec), 1, f);
		fwrite(bytes, len, 1, f);
	}
	fclose(f);
	free(bytes);
	return path;
}

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

/* A test that failed half-way leaves nothing to the next. */
static int clear(void **state)
{
	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		if (sw_port_by_index(i))
			drop(sw_port_by_index(i));
	}
	return 0;
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

static void added_and_removed_again(void **state)
{
	for (unsigned i = 0; i < 50; i++)
		drop(must_open("p0", "net_null0"));
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

static void bad_devices(void **state)
{
	refused(make("p0", "net_nosuch0"), SW_CODE_INVALID,
		"port p0: options:dpdk-devargs \"net_nosuch0\" names no device");
	assert_non_null(strstr(err.allowed, "net_pcap0"));
	refused(make("p0", "net_pcap0,rx_pcap=/nonexistent/x"), SW_CODE_DEVICE,
		"port p0: \"net_pcap0,rx_pcap=/nonexistent/x\" cannot be attached");
	assert_true(err.hint[0]);
	refused(make("p0", "net_null0,nosuch=1"), SW_CODE_DEVICE, "net_null0,nosuch=1");
	refused(make("p0", "0000:ff:1f.7"), SW_CODE_DEVICE, "0000:ff:1f.7");
	assert_non_null(strstr(err.hint, "vfio-pci"));
	refused(make("p0", "class=eth,mac=zz"), SW_CODE_INVALID, "mac=");
	refused(make("p0", "class=eth,mac=02:00:00:12:34:56"), SW_CODE_DEVICE, "02:00:00:12:34:56");
	refused(make("p0", ",,,=="), SW_CODE_DEVICE, ",,,==");
}

static struct sw_port *make_opt(const char *devargs, const char *key, const char *value)
{
	const char *opts[][2] = { { "dpdk-devargs", devargs }, { key, value } };
	struct sw_port_conf conf = {
		.name = "p0", .type = "dpdk", .n_options = 2, .options = opts
	};

	return sw_port_new(&conf, &err);
}

static void bad_options(void **state)
{
	char args[200];

	refused(make_opt("net_null0", "n_rxq_desc", "1000"), SW_CODE_INVALID,
		"options:n_rxq_desc is 1000, which is not a power of two");
	snprintf(args, sizeof(args), "net_pcap0,rx_pcap=%s", capture("in.pcap", 1, 60));
	refused(make_opt(args, "n_rxq", "2"), SW_CODE_INVALID,
		"options:n_rxq is 2; device net_pcap0 has 1 receive queues at most");
	assert_string_equal(err.allowed, "1..1");
	assert_null(make_opt("net_null0", "n_rxq", "65"));
	assert_null(make_opt("", "n_rxq", "1"));
}

static void one_device_one_port(void **state)
{
	struct sw_port *a = must_open("a", "net_null0"), *b = make("b", "net_null0,size=80"), *c;

	assert_int_equal(sw_port_open(b, &err), -EBUSY);
	assert_string_equal(
		err.text, "port b: device \"net_null0,size=80\" is used by port a already");
	c = must_open("c", "net_null1");
	sw_port_close(a);
	assert_int_equal(sw_port_open(b, &err), 0); /* free again, with other arguments */
	drop(c);
	drop(b);
	sw_port_free(a);
	assert_int_equal(rte_eth_dev_count_avail(), 0);
}

static void found_by_mac(void **state)
{
	struct sw_port *a = must_open("a", "net_null0"), *b;
	char args[64], mac[SW_MAC_SIZE];

	snprintf(args, sizeof(args), "class=eth,mac=%s", sw_format_mac(mac, &a->mac));
	b = make("b", args);
	assert_int_equal(sw_port_open(b, &err), -EBUSY);
	assert_non_null(strstr(err.text, "used by port a"));
	sw_port_free(b);
	drop(a);
}

/* What EAL has probed is used, and left in place for the next time. */
static void taken_over(void **state)
{
	struct sw_port *port;

	assert_int_equal(rte_eal_hotplug_add("vdev", "net_null5", "size=90"), 0);
	port = make("p0", "net_null5,size=91");
	assert_int_equal(sw_port_open(port, &err), -EBUSY);
	assert_non_null(strstr(err.text, "with other arguments"));
	sw_port_free(port);
	for (unsigned i = 0; i < 2; i++) {
		struct rte_mbuf *m = NULL;

		port = must_open("p0", "net_null5,size=90");
		assert_int_equal(port->cls->rx(port, 0, NULL, &m, 1), 1);
		assert_int_equal(m->pkt_len, 90);
		rte_pktmbuf_free(m);
		drop(port);
		assert_int_equal(rte_eth_dev_count_avail(), 1);
	}
	assert_int_equal(rte_eal_hotplug_remove("vdev", "net_null5"), 0);
}

static void gone_behind_our_back(void **state)
{
	struct sw_port *port = must_open("p0", "net_null0");

	rte_eth_dev_stop(0);
	assert_int_equal(rte_eal_hotplug_remove("vdev", "net_null0"), 0);
	drop(port);
	drop(must_open("p0", "net_null0"));
	assert_int_equal(rte_eth_dev_count_avail(), 0);
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

static void mtu_beyond_the_device(void **state)
{
	char args[160];

	snprintf(args, sizeof(args), "net_memif0,role=client,socket=%s/memif.sock", dir);
	refused(make_mtu("p0", args, 9000), SW_CODE_INVALID,
		"mtu_request is 9000; device net_memif0 takes 46 to 1500");
}

/* A bond without members attaches and cannot start: nothing of it stays. */
static void cannot_start(void **state)
{
	unsigned before = in_use();

	for (unsigned i = 0; i < 2; i++) {
		refused(make("p0", "net_bonding0,mode=1"), SW_CODE_DEVICE,
			"port p0: device net_bonding0: starting it failed: its driver refuses it");
		assert_true(err.hint[0]);
	}
	assert_int_equal(in_use(), before);
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

static int setup(void **state)
{
	swtest_eal();
	/* Drivers and class tell at length what is refused on purpose. */
	rte_log_set_global_level(RTE_LOG_EMERG);
	sw_log_set(NULL, SW_LOG_ERR);
	sw_worker_count_set(1);
	return mkdtemp(dir) ? sw_pool_create(POOL, &err) : -1;
}

static int teardown(void **state)
{
	static const char *const files[] = { "in.pcap", "jumbo.pcap", "out.pcap" };
	char path[128];

	for (unsigned i = 0; i < RTE_DIM(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		unlink(path);
	}
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(null_sends_and_receives, clear),
		cmocka_unit_test_teardown(added_and_removed_again, clear),
		cmocka_unit_test_teardown(pcap_is_read_whole, clear),
		cmocka_unit_test_teardown(jumbo_crosses, clear),
		cmocka_unit_test_teardown(ring_fills_and_drains, clear),
		cmocka_unit_test_teardown(chains_are_joined, clear),
		cmocka_unit_test_teardown(bad_devices, clear),
		cmocka_unit_test_teardown(bad_options, clear),
		cmocka_unit_test_teardown(one_device_one_port, clear),
		cmocka_unit_test_teardown(found_by_mac, clear),
		cmocka_unit_test_teardown(taken_over, clear),
		cmocka_unit_test_teardown(gone_behind_our_back, clear),
		cmocka_unit_test_teardown(many_workers_few_queues, clear),
		cmocka_unit_test_teardown(status_and_counters, clear),
		cmocka_unit_test_teardown(several_queues, clear),
		cmocka_unit_test_teardown(mtu_beyond_the_device, clear),
		cmocka_unit_test_teardown(cannot_start, clear),
		cmocka_unit_test_teardown(own_mac, clear),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
