/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer: a struct virtio_net_hdr and a packet, as a guest's tap may hand them over, through
 * src/port/gso.c. What is cut must add up; the rest is the sanitizers' to say.
 */
#include "../../src/port/gso.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t hdr[GSO_HDR_MAX], *pkt;
	struct virtio_net_hdr vh;
	const uint8_t *payload;
	uint32_t n, len, sum = 0;
	struct gso g;

	if (size < sizeof(vh))
		return -1;
	memcpy(&vh, data, sizeof(vh));
	len = (uint32_t)(size - sizeof(vh));
	pkt = malloc(len ? len : 1);
	memcpy(pkt, data + sizeof(vh), len);
	if (gso_open(&g, &vh, pkt, len) == GSO_SEGMENTS) {
		assert(g.hdr_len <= GSO_HDR_MAX);
		while ((n = gso_next(&g, hdr, &payload))) {
			assert(n <= vh.gso_size && payload + n <= pkt + len);
			sum += n;
		}
		assert(sum + g.hdr_len == len);
	}
	free(pkt);
	return 0;
}
