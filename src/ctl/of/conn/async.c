/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See async.h. Until it says otherwise a controller gets all there is (1.3.5, 6.3.5), as a slave port-status alone. In 1.0 packets whose
 * TTL is invalid are told to who asks for it by Nicira's message, as Open vSwitch has it in all versions.
 * Control thread.
 */
#include "async.h"

#include "../controller/controller.h"
#include "conn.h"

enum { OFPR_INVALID_TTL = 2 };

#define ALL_REASONS  UINT32_MAX
#define PORT_REASONS 7	 /* add, delete, modify */
#define MISS_LEN     128 /* OFP_DEFAULT_MISS_SEND_LEN */

/* One that came by itself and speaks 1.0. */
static bool is_silent_service(const struct of_conn *c)
{
	return c->version == OF10 && !of_controller_is_primary(c->controller);
}

void of_async_begin(struct of_conn *c)
{
	uint32_t ttl = c->version == OF10 ? 1u << OFPR_INVALID_TTL : 0;

	c->miss_len = is_silent_service(c) ? 0 : MISS_LEN;
	c->async = (struct of_async){
		.master = {
			[OF_ASYNC_PACKET_IN] = ALL_REASONS & ~ttl,
			[OF_ASYNC_PORT_STATUS] = PORT_REASONS,
			[OF_ASYNC_FLOW_REMOVED] = ALL_REASONS,
		},
		.slave = { [OF_ASYNC_PORT_STATUS] = PORT_REASONS },
	};
}

bool of_async_wants(const struct of_conn *c, enum of_async_kind kind, unsigned reason)
{
	const uint32_t *masks = c->role == OF_ROLE_SLAVE ? c->async.slave : c->async.master;

	if (c->dropped || c->closing || c->snoops || !c->version)
		return false;
	if ((!c->miss_len && is_silent_service(c)) || (c->reader && kind == OF_ASYNC_PACKET_IN))
		return false;
	return masks[kind] >> reason & 1;
}
