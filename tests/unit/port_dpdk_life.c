/* SPDX-License-Identifier: BSD-3-Clause */
/* Devices of dpdk ports: attached, refused, taken over, let go of. */
#include "dpdk_hand.h"

#include <errno.h>

#include <rte_dev.h>

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
	assert_non_null(strstr(err.hint, "no PCI device has this address"));
	refused(make("p0", "class=eth,mac=zz"), SW_CODE_INVALID, "mac=");
	refused(make("p0", "class=eth,mac=02:00:00:12:34:56"), SW_CODE_DEVICE, "02:00:00:12:34:56");
	refused(make("p0", ",,,=="), SW_CODE_DEVICE, ",,,==");
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

static void mtu_beyond_the_device(void **state)
{
	char args[160];

	snprintf(args, sizeof(args), "net_memif0,role=client,socket=%s/memif.sock", dir);
	refused(make_mtu("p0", args, 9000), SW_CODE_INVALID,
		"mtu_request is 9000; device net_memif0 takes 46 to 1500");
}

/* Three workers share the one ring that a memif client is sure to have. */
static void memif_rings(void **state)
{
	struct sw_port_status status = { 0 };
	struct sw_port *port;
	unsigned workers = sw_worker_count();
	char args[160];

	sw_worker_count_set(3);
	snprintf(args, sizeof(args), "net_memif0,role=server,socket-abstract=no,socket=%s/m", dir);
	port = must_open("p0", args);
	port->cls->status(port, &status);
	assert_int_equal(status.n_txq, 1);
	drop(port);
	sw_worker_count_set(workers);
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

static void added_and_removed_again(void **state)
{
	for (unsigned i = 0; i < 50; i++)
		drop(must_open("p0", "net_null0"));
	assert_int_equal(rte_eth_dev_count_avail(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DPDK_TEST(bad_devices),
		DPDK_TEST(bad_options),
		DPDK_TEST(one_device_one_port),
		DPDK_TEST(found_by_mac),
		DPDK_TEST(taken_over),
		DPDK_TEST(gone_behind_our_back),
		DPDK_TEST(mtu_beyond_the_device),
		DPDK_TEST(memif_rings),
		DPDK_TEST(cannot_start),
		DPDK_TEST(added_and_removed_again),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
