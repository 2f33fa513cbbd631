/* SPDX-License-Identifier: BSD-3-Clause */
/* See persist_peer.h. */
#include "persist_peer.h"

#include "../unit/of_hand.h"

#include <semaphore.h>

#include "../../src/ctl/job.h"
#include "../../src/ctl/of/codec/head.h"

#define BARRIER	       20
#define BARRIER_REPLY  21
#define BUNDLE_CONTROL 33

static sem_t released;

static void hold_disk(void *arg)
{
	sem_wait(&released);
}

static void nothing(void *arg)
{
}

void pp_stop_disk(void)
{
	rig_stored();
	job_run(hold_disk, nothing, NULL);
}

void pp_start_disk(void)
{
	sem_post(&released);
}

void pp_barrier(int fd, uint32_t xid)
{
	op_say(fd, OF13, BARRIER, xid, "");
}

static void put_control(struct of_buf *out, uint16_t type)
{
	size_t at = of_begin(out, OF15, 33, 0xc0);

	of_put_u32(out, 1);
	of_put_u16(out, type);
	of_put_u16(out, 3);
	of_end(out, at);
}

/* n rules, and the end of all that was there. */
static void put_bundle(struct of_buf *buf, unsigned n, const char *field)
{
	char text[64];

	put_control(buf, 0);
	for (unsigned i = 0; i <= n; i++) {
		size_t at = of_begin(buf, OF15, 34, i);

		of_put_u32(buf, 1);
		of_put_u16(buf, 0);
		of_put_u16(buf, 3);
		snprintf(text, sizeof(text), "%s=%u,actions=output:1", field, i);
		or_put_flow_mod(buf, OF15, false, i, i ? OR_ADD : OR_DELETE, i ? text : "");
		of_end(buf, at);
	}
}

static void say_all(int fd, struct of_buf *buf)
{
	op_say_raw(fd, buf->bytes, buf->len);
	of_buf_fini(buf);
}

void pp_open_bundle(int fd, unsigned n, const char *field)
{
	struct of_buf buf = { 0 };

	put_bundle(&buf, n, field);
	say_all(fd, &buf);
	assert_int_equal(op_u16(op_hear_type(fd, 33), 4), 1);
}

void pp_commit_bundle(int fd)
{
	struct of_buf buf = { 0 };

	put_control(&buf, 4);
	say_all(fd, &buf);
}

void pp_hear_barrier(int fd, uint32_t xid)
{
	assert_int_equal(op_hear_type(fd, BARRIER_REPLY)->xid, xid);
}

void pp_hear_commit(int fd)
{
	assert_int_equal(op_u16(op_hear_type(fd, BUNDLE_CONTROL), 4), 5);
}

int pp_setup(void **state)
{
	sem_init(&released, 0, 0);
	rig_setup(state);
	op_start();
	return 0;
}

int pp_teardown(void **state)
{
	pp_start_disk(); /* of a test that failed */
	op_stop();
	return rig_teardown(state);
}
