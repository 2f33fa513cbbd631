/* SPDX-License-Identifier: BSD-3-Clause */
/* See news.h. Control thread. */
#include "news.h"

SW_REG_KIND_DEFINE(bridge_listener);

void news_bridge_made(struct sw_bridge *bridge)
{
	const struct sw_bridge_listener *l;

	SW_REG_FOREACH (bridge_listener, const struct sw_bridge_listener *, l)
		l->made(bridge);
}

void news_bridge_changed(struct sw_bridge *bridge)
{
	const struct sw_bridge_listener *l;

	SW_REG_FOREACH (bridge_listener, const struct sw_bridge_listener *, l)
		l->changed(bridge);
}

void news_bridge_gone(struct sw_bridge *bridge)
{
	const struct sw_bridge_listener *l;

	SW_REG_FOREACH (bridge_listener, const struct sw_bridge_listener *, l)
		l->gone(bridge);
}
