/* SPDX-License-Identifier: BSD-3-Clause */
/* See dpdk_hand.h. */
#include "dpdk_hand.h"

#include <unistd.h>

#include <sw/log.h>

#define POOL 20000

struct sw_err err;
char dir[] = "/tmp/swd-test-XXXXXX";

struct sw_port *make_mtu(const char *name, const char *devargs, uint16_t mtu)
{
	const char *opts[][2] = { { "dpdk-devargs", devargs }, { "n_rxq_desc", "512" },
		{ "n_txq_desc", "512" } };
	struct sw_port_conf conf = {
		.name = name, .type = "dpdk", .n_options = 3, .options = opts, .mtu = mtu
	};

	return sw_port_new(&conf, &err);
}

struct sw_port *make(const char *name, const char *devargs)
{
	return make_mtu(name, devargs, 0);
}

struct sw_port *make_opt(const char *devargs, const char *key, const char *value)
{
	const char *opts[][2] = { { "dpdk-devargs", devargs }, { key, value } };
	struct sw_port_conf conf = {
		.name = "p0", .type = "dpdk", .n_options = 2, .options = opts
	};

	return sw_port_new(&conf, &err);
}

struct sw_port *must_open(const char *name, const char *devargs)
{
	struct sw_port *port = make(name, devargs);

	assert_non_null(port);
	if (sw_port_open(port, &err))
		fail_msg("%s", err.text);
	return port;
}

void drop(struct sw_port *port)
{
	sw_port_close(port);
	sw_port_free(port);
}

void refused(struct sw_port *port, enum sw_code code, const char *text)
{
	assert_non_null(port);
	assert_int_not_equal(sw_port_open(port, &err), 0);
	if (err.code != code || !strstr(err.text, text))
		fail_msg("code %s, \"%s\" has no \"%s\"", sw_err_code_name(err.code), err.text,
			text);
	sw_port_free(port);
	assert_int_equal(rte_eth_dev_count_avail(), 0);
}

unsigned in_use(void)
{
	return rte_mempool_in_use_count(sw_pool());
}

/* A capture file of frames whose bytes are their number; classic little-endian format, Ethernet. */
char *capture(const char *name, unsigned frames, uint32_t len)
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

/* A test that failed half-way leaves nothing to the next. */
int clear(void **state)
{
	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		if (sw_port_by_index(i))
			drop(sw_port_by_index(i));
	}
	return 0;
}

int setup(void **state)
{
	swtest_eal();
	/* Drivers and class tell at length what is refused on purpose. */
	rte_log_set_global_level(RTE_LOG_EMERG);
	sw_log_set(NULL, SW_LOG_ERR);
	sw_worker_count_set(1);
	return mkdtemp(dir) ? sw_pool_create(POOL, &err) : -1;
}

int teardown(void **state)
{
	static const char *const files[] = { "in.pcap", "jumbo.pcap", "out.pcap" };
	char path[128];

	for (unsigned i = 0; i < RTE_DIM(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		unlink(path);
	}
	return rmdir(dir);
}
