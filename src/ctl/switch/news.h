/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running bridges that come, change and go, for whoever keeps something beside each: OpenFlow, later exporters.
 *
 *	SW_REGISTER(bridge_listener, shiny) = { .name = "shiny", .help = "...", .made = fn, ... };
 *
 * What they are told is what runs, not what is stored: a transaction that is undone makes a bridge and takes it
 * away again. Members have their numbers (switch_ofport) only once the transaction is in force, which is what a
 * change_listener hears of.
 *
 * Thread: control.
 */
#ifndef CTL_NEWS_H
#define CTL_NEWS_H

#include <sw/reg.h>

struct sw_bridge;

struct sw_bridge_listener {
	const char *name;
	const char *help;
	void (*made)(struct sw_bridge *bridge);	   /* without members yet */
	void (*changed)(struct sw_bridge *bridge); /* other members, or other settings of theirs */
	void (*gone)(struct sw_bridge *bridge);	   /* from here on nobody may touch it */
};
SW_REG_KIND_DECLARE(bridge_listener);

void news_bridge_made(struct sw_bridge *bridge);
void news_bridge_changed(struct sw_bridge *bridge);
void news_bridge_gone(struct sw_bridge *bridge);

#endif
