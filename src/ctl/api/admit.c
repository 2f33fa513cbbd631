/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who gets in at the control socket. A user without a role does not; and no user but root and the
 * daemon's own, and not all those together that are no admins, can take every place there is: an admin
 * always finds one. Control thread.
 */
#include "admit.h"

#include <sys/socket.h>
#include <unistd.h>

#include <stdlib.h>
#include <string.h>

#include <sw/err.h>

#include "rpc.h"
#include "server.h"

static int no_role(const struct api_peer *peer, struct sw_err *err)
{
	sw_err_set(err, SW_CODE_PERMISSION, "you are %s, which has no role on this switch",
		peer->user);
	sw_err_given(err, "%s", peer->user);
	sw_err_allowed(err, "root, the switch's own user, and who its boot file names");
	sw_err_hint(err,
		"add %s or one of its groups (@GROUP) to read=, operate= or admin= in "
		"section [access] of the boot file, and restart the switch",
		peer->user);
	return sw_err_errno(SW_CODE_PERMISSION);
}

static int no_room(struct sw_err *err, const char *who, unsigned most)
{
	sw_err_set(err, SW_CODE_LIMIT, "the switch has no room for another client%s", who);
	sw_err_allowed(err, "at most %u clients at a time", most);
	sw_err_hint(err, "close one, then try again");
	return sw_err_errno(SW_CODE_LIMIT);
}

int api_admit(const struct api_peer *peer, const struct api_crowd *crowd, struct sw_err *err)
{
	if (peer->role == SW_ROLE_NONE)
		return no_role(peer, err);
	if (crowd->all >= API_CLIENTS_MAX)
		return no_room(err, "", API_CLIENTS_MAX);
	if (!peer->uid || peer->uid == geteuid())
		return 0;
	if (crowd->same_user >= API_CLIENTS_USER)
		return no_room(err, " of the same user", API_CLIENTS_USER);
	if (peer->role != SW_ROLE_ADMIN && crowd->no_admin >= API_CLIENTS_NO_ADMIN)
		return no_room(err, " that is no admin", API_CLIENTS_NO_ADMIN);
	return 0;
}

void api_turn_away(int fd, const struct sw_err *err)
{
	json_t *message = rpc_error(NULL, rpc_number(err->code), err, NULL);
	char *text = json_dumps(message, JSON_COMPACT);

	if (text) {
		/* A fresh socket's buffer is empty, so the line fits or the client is gone. */
		(void)!send(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
		(void)!send(fd, "\n", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	}
	free(text);
	json_decref(message);
	close(fd);
}
