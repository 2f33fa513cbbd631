/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups as they are told; see group.h. Control thread.
 */
#include <sw/clock.h>

#include "group.h"
#include "method.h"

void of_put_group_desc(struct of_buf *out, const struct sw_group_conf *conf, uint8_t version)
{
	size_t at = out->len, buckets = 0;

	of_put_u16(out, 0);
	of_put_u8(out, conf->type);
	of_put_u8(out, 0);
	of_put_u32(out, conf->id);
	if (of_group_is_wide(version)) {
		of_room(out, 8); /* length of the buckets */
		buckets = out->len;
	}
	of_put_buckets(out, conf, version);
	if (buckets) {
		of_patch_u16(out, at + 8, out->len - buckets);
		of_put_group_method(out, conf, version);
	}
	of_patch_u16(out, at, out->len - at);
}

void of_put_group_stats(struct of_buf *out, const struct sw_group *group, uint32_t users)
{
	const struct sw_group_conf *conf = sw_group_conf(group);
	struct sw_group_stats stats;
	size_t at = out->len;

	sw_group_stats(group, &stats);
	of_put_u16(out, 0);
	of_put_u16(out, 0);
	of_put_u32(out, conf->id);
	of_put_u32(out, users + stats.rules);
	of_put_u32(out, 0);
	of_put_u64(out, stats.packets);
	of_put_u64(out, stats.bytes);
	of_put_duration(out, sw_clock_ms() - stats.made_ms);
	for (unsigned i = 0; i < conf->n_buckets; i++) {
		of_put_u64(out, stats.bucket[i].packets);
		of_put_u64(out, stats.bucket[i].bytes);
	}
	of_patch_u16(out, at, out->len - at);
}
