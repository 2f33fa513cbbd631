/* SPDX-License-Identifier: BSD-3-Clause */
/* What the daemon gives up before it meets anybody. Control thread, before any other runs. */
#ifndef CONFINE_H
#define CONFINE_H

struct sw_boot;
struct sw_err;

/* Make the folders, then become the user of the boot file with the capabilities its ports need. */
int confine_start(const struct sw_boot *boot, struct sw_err *err);

/* When the switch is up: no system calls but those it needs. */
int confine_run(const struct sw_boot *boot, struct sw_err *err);

#endif
