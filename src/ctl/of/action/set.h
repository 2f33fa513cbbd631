/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of actions that write a field share. Thread: control.
 */
#ifndef CTL_OF_ACTION_SET_H
#define CTL_OF_ACTION_SET_H

#include "action.h"

/* All of the field, from a number. */
static inline void of_set_number(struct sw_action *a, const struct sw_field *f, uint64_t number)
{
	a->set.field = f;
	for (unsigned i = sw_field_bytes(f); i--; number >>= 8)
		a->set.value[i] = number;
	sw_field_ones(f, a->set.mask);
}

static inline uint64_t of_set_to_number(const struct sw_action *a)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < sw_field_bytes(a->set.field); i++)
		v = v << 8 | a->set.value[i];
	return v;
}

/* The body of a standard set_field, and of Nicira's reg_load2, which carries masks before 1.5. */
bool of_put_set_field(struct of_buf *out, const struct sw_action *a, uint8_t version);
bool of_put_reg_load2(struct of_buf *out, const struct sw_action *a, uint8_t version);

/* An action that a version does not have goes out as a set_field of the same field. */
#define OF_SENT_AS_SET_FIELD(ident, in_versions)                                         \
	SW_REGISTER(of_action, ident##_as_set_field) = { .name = #ident "_as_set_field", \
		.help = "as set_field, where a version has no " #ident,                  \
		.of = &sw_action_type_##ident,                                           \
		.ids = { { (in_versions)&OF_V13_UP, 0, 25, 0 } },                        \
		.put = of_put_set_field,                                                 \
		.use = OF_SENT }
#define OF_SENT_AS_REG_LOAD2(ident, in_versions)                                         \
	SW_REGISTER(of_action, ident##_as_reg_load2) = { .name = #ident "_as_reg_load2", \
		.help = "as reg_load2, where a version has no " #ident,                  \
		.of = &sw_action_type_##ident,                                           \
		.ids = { { in_versions, OF_NICIRA, 33, 0 } },                            \
		.put = of_put_reg_load2,                                                 \
		.use = OF_SENT }

#endif
