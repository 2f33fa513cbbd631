/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CRC-32C of bytes that lie anywhere (RFC 9260, appendix A), without what it is begun and ended with. rte_hash_crc() does
 * the same for what is aligned to eight bytes: headers are not.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_EXEC_CRC32C_H
#define PIPELINE_EXEC_CRC32C_H

#include <stdint.h>
#include <string.h>

#include <rte_hash_crc.h>

static inline uint32_t crc32c_add(const uint8_t *p, unsigned n, uint32_t crc)
{
	for (; n >= 8; n -= 8, p += 8) {
		uint64_t word;

		memcpy(&word, p, sizeof(word));
		crc = rte_hash_crc_8byte(word, crc);
	}
	for (; n; n--)
		crc = rte_hash_crc_1byte(*p++, crc);
	return crc;
}

#endif
