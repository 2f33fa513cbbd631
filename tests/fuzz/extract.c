/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz target: any bytes as a packet, cut into buffers as the first two bytes say, to the fields of packets. They
 * must be those that tests/lib/fields_oracle.c reads byte by byte.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/reg.h>

#include "../../src/pipeline/field/extract.h"
#include "../lib/fields_oracle.h"
#include "../lib/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_fields got, want;
	struct fields_at found;
	struct sw_err err = { 0 };
	struct oracle_at at;
	struct rte_mbuf *m;
	uint16_t cut[2];

	if (size < 2 || size > 60000 || sw_reg_seal(&err))
		return -1;
	cut[0] = data[0];
	cut[1] = data[1];
	m = packet_mbuf(data + 2, size - 2, cut, cut[0] ? 2 : 0);
	memset(&got, 0xa5, sizeof(got));
	fields_extract(m, 5, &got);
	fields_find(m, &found);
	packet_free(m);
	oracle_fields(data + 2, size - 2, 5, &want, &at);
	require(!memcmp(&got, &want, sizeof(got)));
	require(found.end == at.end && found.payload == at.payload && found.l3 == at.l3 &&
		found.l4 == at.l4 && found.nd_sll == at.nd_sll && found.nd_tll == at.nd_tll &&
		found.tags == at.tags);
	return 0;
}
