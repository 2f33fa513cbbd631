/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Meters as people and controllers configure them (OpenFlow 1.3.5, 5.7), and as text in the syntax of ovs-ofctl(8):
 * "meter=1 kbps burst stats bands=type=drop rate=1000 burst_size=100".
 *
 * room: pipeline. Thread: control. A conf owns its bands until sw_meter_fini.
 */
#ifndef SW_METER_H
#define SW_METER_H

#include <stdbool.h>
#include <stdint.h>

struct sw_err;
struct sw_str;

#define SW_METER_MAX	    0xffff0000u
#define SW_METER_SLOWPATH   0xfffffffdu
#define SW_METER_CONTROLLER 0xfffffffeu
#define SW_METER_ALL	    0xffffffffu /* not a meter: every one */
#define SW_METER_BANDS_MAX  16

enum sw_meter_band_type { SW_METER_DROP = 1, SW_METER_DSCP_REMARK = 2 }; /* OFPMBT_* */

struct sw_meter_band {
	enum sw_meter_band_type type;
	uint32_t rate;	/* kbit/s or packets a second, not 0 */
	uint32_t burst; /* kbit or packets; 0 without burst */
	uint8_t prec_level; /* DSCP_REMARK: how much the drop precedence rises, or the class selector falls */
};

struct sw_meter_conf {
	uint32_t id;
	bool packets;	   /* pktps, else kbps */
	bool burst, stats; /* flags */
	unsigned n_bands;
	struct sw_meter_band *bands;
};

void sw_meter_fini(struct sw_meter_conf *conf);
void sw_meter_copy(struct sw_meter_conf *to, const struct sw_meter_conf *from);
bool sw_meter_equal(const struct sw_meter_conf *a, const struct sw_meter_conf *b);
int sw_meter_check(const struct sw_meter_conf *conf, struct sw_err *err);

/* A whole meter, as add-meter and mod-meter take it. */
int sw_meter_parse(const char *text, struct sw_meter_conf *conf, struct sw_err *err);
/* "meter=N", or "meter=all" or "" for SW_METER_ALL, as del-meters and dump-meters take it. */
int sw_meter_parse_id(const char *text, uint32_t *id, struct sw_err *err);
/* One line; dump-meters begins a new one for each band. */
void sw_meter_print(const struct sw_meter_conf *conf, struct sw_str *out);

#endif
