/* SPDX-License-Identifier: BSD-3-Clause */
/* See change.h. Control thread. */
#include "change.h"

SW_REG_KIND_DEFINE(change_listener);

void change_tell(const struct change *change)
{
	const struct sw_change_listener *listener;

	SW_REG_FOREACH (change_listener, const struct sw_change_listener *, listener)
		listener->hear(change);
}
