/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups on the wire (1.3.5, 7.3.4.2, 7.3.5.9 to 7.3.5.11; 1.5.1, 7.3.4.3, 7.3.5.10 to 7.3.5.12, whose buckets have ids and properties; the same by
 * Nicira's messages for 1.0; Netronome's property for the selection method).
 *
 * Thread: control.
 */
#ifndef CTL_OF_GROUP_H
#define CTL_OF_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/groups.h>

#include "../codec/buf.h"
#include "../codec/cursor.h"
#include "../codec/error.h"

/* Buckets have ids and properties, groups properties. */
static inline bool of_group_is_wide(uint8_t version)
{
	return version < 4 || version > 5; /* 1.0 by Nicira's messages, 1.5 */
}

struct of_group_mod {
	struct sw_group_change
		change; /* sw_group_fini(&change.conf) by the caller, also on error */
	bool may_add;	/* MODIFY that finds none adds it */
};
enum of_error of_get_group_mod(struct of_cursor c, uint8_t version, struct of_group_mod *out);

/* Make it so, or stage it where a staging of groups is under way (`staged`). A group that goes takes rules with it. */
enum of_error of_change_group(struct sw_groups *groups, struct of_group_mod *mod, bool staged);

/* Buckets that fill the cursor: added to the conf. */
enum of_error of_get_buckets(struct of_cursor c, uint8_t version, struct sw_group_change *change);
void of_put_buckets(struct of_buf *out, const struct sw_group_conf *conf, uint8_t version);

/* Entries of answers. users: rules and groups that send to it. */
void of_put_group_desc(struct of_buf *out, const struct sw_group_conf *conf, uint8_t version);
void of_put_group_stats(struct of_buf *out, const struct sw_group *group, uint32_t users);

#endif
