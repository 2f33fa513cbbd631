/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Meters on the wire (1.3.5, 7.3.4.4, 7.3.5.12 to 7.3.5.14), the same in all versions.
 *
 * Thread: control.
 */
#ifndef CTL_OF_METER_H
#define CTL_OF_METER_H

#include <stdint.h>

#include <sw/meters.h>

#include "../codec/buf.h"
#include "../codec/cursor.h"
#include "../codec/error.h"

/* Bits of the flags of a meter, as its configuration and the capabilities have them. */
enum { OFPMF_KBPS = 1, OFPMF_PKTPS = 2, OFPMF_BURST = 4, OFPMF_STATS = 8 };
#define OF_METER_FLAGS (OFPMF_KBPS | OFPMF_PKTPS | OFPMF_BURST | OFPMF_STATS)

struct of_meter_mod {
	enum sw_meter_verb verb;
	struct sw_meter_conf conf; /* sw_meter_fini by the caller, also on error */
};
enum of_error of_get_meter_mod(struct of_cursor c, struct of_meter_mod *out);

/* Make it so: within a staging of groups (staged), or between stagings of rules, since a meter that goes takes rules with it. */
enum of_error of_change_meter(
	struct sw_meters *meters, const struct of_meter_mod *mod, bool staged);

/* Entries of answers. users: rules that use it. */
void of_put_meter_conf(struct of_buf *out, const struct sw_meter_conf *conf);
void of_put_meter_stats(struct of_buf *out, const struct sw_meter *meter, uint32_t users);

#endif
