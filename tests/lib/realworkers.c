/* SPDX-License-Identifier: BSD-3-Clause */
/* See realworkers.h. */
#include "realworkers.h"

#include <sched.h>
#include <unistd.h>

#include <rte_mempool.h>

#include <sw/dummy.h>
#include <sw/err.h>
#include <sw/pmd.h>
#include <sw/pool.h>
#include <sw/post.h>
#include <sw/rcu.h>

#include "packet.h"
#include "testrules.h"

#define SPIN_STEPS 2000
#define WAIT_STEPS \
	1000000u /* 100 seconds at least before a wait counts as failed; far above any need */
#define MOMENT_US 100

static void two_cores(uint16_t cores[2])
{
	cpu_set_t set;
	unsigned n = 0;

	sched_getaffinity(0, sizeof(set), &set);
	for (unsigned i = 0; i < CPU_SETSIZE && n < 2; i++)
		if (CPU_ISSET(i, &set))
			cores[n++] = i;
	if (n == 1)
		cores[1] = cores[0];
}

void rw_start(void)
{
	struct sw_err err = { 0 };
	uint16_t cores[2];

	two_cores(cores);
	swtest_eal();
	if (sw_pool_create(RW_BUFFERS, &err) || sw_pmd_start(2, cores, 50, &err))
		fail_msg("%s", err.text);
}

void rw_stop(void)
{
	for (unsigned i = 0; sw_rcu_poll() && rw_waits(i); i++)
		sched_yield();
	sw_pmd_stop();
	assert_int_equal(rte_mempool_avail_count(sw_pool()), RW_BUFFERS);
	sw_pool_destroy();
}

int rw_setup(void **state)
{
	rw_start();
	return 0;
}

int rw_teardown(void **state)
{
	rw_stop();
	return 0;
}

void rw_step(void)
{
	sw_post_run();
	sw_rcu_poll();
	sw_pmd_events();
	sched_yield();
}

bool rw_waits(unsigned steps)
{
	if (steps > SPIN_STEPS)
		usleep(MOMENT_US);
	return steps < WAIT_STEPS;
}

struct sw_port *rw_port(const char *name)
{
	struct sw_port_conf conf = { .name = name, .type = "dummy" };
	struct sw_err err = { 0 };
	struct sw_port *port = sw_port_new(&conf, &err);

	if (!port || sw_port_open(port, &err) || sw_pmd_attach(port, &err))
		fail_msg("%s: %s", name, err.text);
	return port;
}

static void set_true(void *arg)
{
	*(bool *)arg = true;
}

void rw_port_gone(struct sw_port *port)
{
	bool gone = false;

	sw_pmd_detach(port, set_true, &gone);
	for (unsigned i = 0; !gone && rw_waits(i); i++)
		rw_step();
	assert_true(gone);
	sw_port_close(port);
	sw_port_free(port);
}

void rw_wait_sent(unsigned n, struct sw_port *const *ports, unsigned n_ports)
{
	unsigned got = 0;

	for (unsigned i = 0; got < n && rw_waits(i); i++) {
		for (unsigned p = 0; p < n_ports; p++)
			got += sw_dummy_sent_drop(ports[p]);
		rw_step();
	}
	assert_int_equal(got, n);
}

void rw_bridge_members(struct rw_bridge *b, unsigned n)
{
	struct sw_err err = { 0 };

	if (sw_bridge_set(b->br.bridge, &b->conf, b->member, n, &err))
		fail_msg("%s", err.text);
}

void rw_bridge_make(struct rw_bridge *b)
{
	struct sw_err err = { 0 };

	b->conf = (struct sw_bridge_conf){
		.name = "br0", .mac_table_size = 8192, .mac_aging_time = 300
	};
	for (unsigned number = 1; number <= RW_PORTS; number++) {
		char name[8];

		snprintf(name, sizeof(name), "p%u", number);
		b->port[number] = rw_port(name);
		b->member[number - 1] = (struct sw_member_conf){
			.port = b->port[number], .all_vlans = true, .flood = true, .number = number
		};
	}
	b->br.bridge = sw_bridge_create(&b->conf, &err);
	if (!b->br.bridge)
		fail_msg("%s", err.text);
	rw_bridge_members(b, RW_PORTS);
	tr_no_rules(&b->br);
}

void rw_bridge_gone(struct rw_bridge *b)
{
	sw_bridge_destroy(b->br.bridge);
	for (unsigned number = 1; number <= RW_PORTS; number++)
		rw_port_gone(b->port[number]);
}

void rw_inject(struct rw_bridge *b, unsigned round, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct packet_bytes p;

		tr_udp(&p, &(struct tr_udp){ round, i, 1000 + i, 2000, 0, 60 });
		tr_send(b->port[1], &p);
		tr_send(b->port[2], &p);
	}
}
