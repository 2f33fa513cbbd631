/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Instructions on the wire (1.3.5, 7.2.4; 1.5.1, 7.2.5). 1.0 has a bare list of actions in their place, which are those of apply.
 *
 * Thread: control.
 */
#ifndef CTL_OF_INSTRUCTION_H
#define CTL_OF_INSTRUCTION_H

#include "action.h"

/* All to the end of the cursor; of 1.0 the actions. On an error there is nothing in *does. */
enum of_error of_get_instructions(
	struct of_cursor c, uint8_t version, struct sw_instructions *does);
/* What the version cannot say is left out. */
void of_put_instructions(struct of_buf *out, const struct sw_instructions *does, uint8_t version);

/* Can packets of the match bear it? MATCH_INCONSISTENT, BAD_OUT_PORT, BAD_TYPE (not for action sets). 1.0 does to
 * packets what can be done to them, and asks no more. */
enum of_error of_check_instructions(
	const struct sw_instructions *does, const struct sw_match *match, uint8_t version);
/* The same for a list that runs at once, or from an action set. `table`: output to TABLE is allowed. */
enum of_error of_check_actions(
	const struct sw_actions *list, const struct sw_match *match, uint8_t version, bool table);
enum of_error of_check_set(const struct sw_actions *list);

#endif
