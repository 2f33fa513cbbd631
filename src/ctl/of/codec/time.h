/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * struct ofp_time (1.5.1, 7.2.10): seconds and nanoseconds, as one number of nanoseconds. Points in time are since
 * 1970-01-01 00:00:00 TAI (sw_clock_tai_ns).
 *
 * Any thread.
 */
#ifndef CTL_OF_TIME_H
#define CTL_OF_TIME_H

#include "buf.h"
#include "cursor.h"
#include "error.h"

#define OF_TIME_S    UINT64_C(1000000000)
#define OF_TIME_LAST UINT64_MAX /* what is that far, or further */

/* OFPBPC_BAD_VALUE: more nanoseconds than a second has. What is not there is 0, and the cursor says so. */
static inline enum of_error of_get_time(struct of_cursor *c, uint64_t *ns)
{
	uint64_t s = of_u64(c);
	uint32_t part = of_u32(c);

	of_skip(c, 4);
	*ns = s < OF_TIME_LAST / OF_TIME_S ? s * OF_TIME_S + part : OF_TIME_LAST;
	return part < OF_TIME_S ? OF_FINE : OFPBPC_BAD_VALUE;
}

static inline void of_put_time(struct of_buf *out, uint64_t ns)
{
	of_put_u64(out, ns / OF_TIME_S);
	of_put_u32(out, ns % OF_TIME_S);
	of_room(out, 4);
}

#endif
