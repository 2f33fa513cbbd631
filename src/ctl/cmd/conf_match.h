/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Conditions on records, "COLUMN[:KEY] OP VALUE", as in ovs-vsctl(8):
 *
 *	=  !=  <  >  <=  >=	whole values; of two sets the one with more elements is larger, of
 *				equally many the first that differs decides, of maps keys before values
 *	{=}  {!=}		the same as = and !=
 *	{<=}  {<}  {in}		every element is in VALUE ({<}: and VALUE has more)
 *	{>=}  {>}		every element of VALUE is there ({>}: and more)
 *	{not-in}		no element is in VALUE
 *
 * A record without the KEY fulfils none of the first line; for the others it has the empty set.
 */
#ifndef CTL_CONF_MATCH_H
#define CTL_CONF_MATCH_H

#include "conf.h"

struct conf_match {
	struct conf_term term;
	struct value *value;
};

int conf_match_read(struct draft *draft, struct conf_match *match, const struct table *table,
	const char *text, struct sw_err *err);
bool conf_match_row(
	const struct conf_match *match, const struct draft *draft, const struct row *row);
void conf_match_fini(struct conf_match *match);

#endif
