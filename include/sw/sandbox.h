/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The cage around the daemon: which files it can reach (Landlock) and which system calls it can make
 * (seccomp). Both only ever shrink. Landlock holds a thread and those it makes, so it comes before there
 * is a second one; seccomp reaches all threads at once, and comes when the switch is up.
 *
 * room: base. Thread: control.
 */
#ifndef SW_SANDBOX_H
#define SW_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

struct sw_boot;
struct sw_err;

/* Files: read where DPDK and the C library look, write in our folders and boot->extra_dirs. */
int sw_sandbox_files(const struct sw_boot *boot, struct sw_err *err);

/* System calls of every thread, from now on. */
int sw_sandbox_calls(const struct sw_boot *boot, struct sw_err *err);

/* "files: Landlock, system calls: seccomp", or what is not there and why. Returns buf. */
char *sw_sandbox_text(char *buf, size_t size);

/* Is a file at this path out of reach? What cannot be told is not. For a sentence, after a failure. */
bool sw_sandbox_shuts_out(const char *path);

/* May bpf(2) be called, which devices of net_af_xdp need? */
bool sw_sandbox_af_xdp(void);

#endif
