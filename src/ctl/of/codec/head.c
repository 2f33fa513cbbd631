/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See head.h. Control thread.
 */
#include "head.h"

#include <assert.h>

size_t of_begin(struct of_buf *out, uint8_t version, uint8_t type, uint32_t xid)
{
	size_t at = out->len;

	of_put_u8(out, version);
	of_put_u8(out, type);
	of_put_u16(out, 0);
	of_put_u32(out, xid);
	return at;
}

size_t of_begin_experimenter(
	struct of_buf *out, uint8_t version, uint32_t xid, uint32_t experimenter, uint32_t type)
{
	size_t at = of_begin(out, version, OFPT_EXPERIMENTER, xid);

	of_put_u32(out, experimenter);
	of_put_u32(out, type);
	return at;
}

void of_end(struct of_buf *out, size_t at)
{
	assert(out->len - at <= OF_MESSAGE_MAX);
	of_patch_u16(out, at + 2, out->len - at);
}
