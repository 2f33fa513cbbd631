/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who gets in at the control socket.
 *
 * room: ctl/api. Thread: control.
 */
#ifndef CTL_API_ADMIT_H
#define CTL_API_ADMIT_H

struct api_peer;
struct sw_err;

/* Clients that are connected: all, those of the same user as the new one, those that are no admins. */
struct api_crowd {
	unsigned all, same_user, no_admin;
};

/* 0, SW_CODE_PERMISSION or SW_CODE_LIMIT. */
int api_admit(const struct api_peer *peer, const struct api_crowd *crowd, struct sw_err *err);

/* Say why, and close. */
void api_turn_away(int fd, const struct sw_err *err);

#endif
