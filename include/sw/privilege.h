/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The user and the capabilities the daemon runs with. Capabilities belong to threads, so they are given
 * up before there is a second one.
 *
 * room: base. Thread: control, before any other runs.
 */
#ifndef SW_PRIVILEGE_H
#define SW_PRIVILEGE_H

#include <stddef.h>
#include <stdint.h>

#include <linux/capability.h>

struct sw_boot;
struct sw_err;

#define SW_CAP(name) (1ull << CAP_##name)

/* Can boot->user be had? Before anything is made for it. */
int sw_privilege_check(const struct sw_boot *boot, struct sw_err *err);

/* Become boot->user when root was told to, in its groups and the socket's, and keep no capability but
 * these (of those there are); none can come back. Root that was not told to stays what it is. */
int sw_privilege_drop(const struct sw_boot *boot, uint64_t caps, struct sw_err *err);

/* What this thread may do, as words: "NET_ADMIN NET_RAW", "none", "all". Returns buf. */
char *sw_privilege_text(char *buf, size_t size);

#endif
