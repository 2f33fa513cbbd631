/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Make the control socket.
 *
 * room: ctl/api. Thread: control.
 */
#ifndef CTL_API_LISTEN_H
#define CTL_API_LISTEN_H

struct stat;
struct sw_access;
struct sw_err;

/* The listening descriptor, or a negative errno; *made tells the file from one put there later. */
int api_listen(
	const char *path, const struct sw_access *access, struct stat *made, struct sw_err *err);

#endif
