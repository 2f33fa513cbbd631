/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups as people and controllers configure them (OpenFlow 1.3.5, 5.6; 1.5.1, 7.3.4.3 for ids of buckets, and the
 * selection method of Netronome's extension), and as text in the syntax of ovs-ofctl(8):
 * "group_id=1,type=select,bucket=weight:2,output:1,bucket=output:2".
 *
 * room: pipeline. Thread: control. A conf owns what it points to until sw_group_fini.
 */
#ifndef SW_GROUP_H
#define SW_GROUP_H

#include <sw/action.h>

struct sw_err;
struct sw_str;

#define SW_GROUP_MAX	    0xffffff00u /* highest number of a group, and of a bucket */
#define SW_GROUP_ALL	    0xfffffffcu /* DELETE: every group */
#define SW_GROUP_ANY	    0xffffffffu /* no group */
#define SW_GROUP_FIELDS_MAX 64

/* Which bucket INSERT_BUCKETS puts new ones before (LAST: behind all), which REMOVE_BUCKETS takes away. */
#define SW_BUCKET_FIRST 0xfffffffdu
#define SW_BUCKET_LAST	0xfffffffeu
#define SW_BUCKET_ALL	0xffffffffu

/* Numbers of OFPGT_*. */
enum sw_group_type { SW_GROUP_TYPE_ALL, SW_GROUP_SELECT, SW_GROUP_INDIRECT, SW_GROUP_FF };

struct sw_bucket_conf {
	uint32_t id;	      /* unique in its group */
	uint32_t watch_port;  /* SW_OFPP_ANY: none */
	uint32_t watch_group; /* SW_GROUP_ANY: none */
	uint16_t weight;      /* of select; else 0 */
	bool zeros; /* it watches nothing, and a controller said so by port 0 and group 0: only told back */
	struct sw_actions *actions; /* run as an action set */
};

struct sw_group_field {
	const struct sw_field *field;
	uint8_t mask[16]; /* which bits are hashed */
};

struct sw_group_conf {
	uint32_t id;
	enum sw_group_type type;
	char method[16]; /* of select: "", "hash" or "dp_hash" */
	uint64_t method_param;
	unsigned n_fields, n_buckets;
	struct sw_group_field *fields; /* of hash; none: all that tell connections apart */
	struct sw_bucket_conf *buckets;
};

void sw_group_fini(struct sw_group_conf *conf);
void sw_group_copy(struct sw_group_conf *to, const struct sw_group_conf *from);
bool sw_group_equal(const struct sw_group_conf *a, const struct sw_group_conf *b);

/* What a group by itself may not be: weights where nothing is selected, two buckets of one id, an action that is not
 * for action sets, ... Whether groups and ports that it names are there is not asked. */
int sw_group_check(const struct sw_group_conf *conf, struct sw_err *err);

/* Give buckets whose id is SW_GROUP_ANY the lowest that no other has. */
void sw_group_number_buckets(struct sw_group_conf *conf);

enum sw_group_verb {
	SW_GROUP_ADD,
	SW_GROUP_MODIFY,
	SW_GROUP_DELETE,	 /* group_id=N or all; "" is all */
	SW_GROUP_INSERT_BUCKETS, /* conf: id and buckets; SW_GROUP_ANY as a bucket's id: to be given */
	SW_GROUP_REMOVE_BUCKETS, /* conf: id */
};
struct sw_group_change {
	enum sw_group_verb verb;
	uint32_t bucket; /* INSERT_BUCKETS, REMOVE_BUCKETS: a bucket's id or SW_BUCKET_* */
	struct sw_group_conf conf;
};

int sw_group_parse(const char *text, enum sw_group_verb verb, struct sw_group_change *change,
	struct sw_err *err);
/* One line, as ovs-ofctl dump-groups has it. */
void sw_group_print(const struct sw_group_conf *conf, struct sw_str *out);

/* The word for a type: "all", "select", "indirect", "ff". */
const char *sw_group_type_name(enum sw_group_type type);

#endif
