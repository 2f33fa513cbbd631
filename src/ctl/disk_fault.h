/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What people are told when the disk does not store what it should.
 *
 * Any thread.
 */
#ifndef CTL_DISK_FAULT_H
#define CTL_DISK_FAULT_H

struct sw_err;

/* "NOUN cannot be stored: WHAT in PATH: ..." with what to do about it; rc is a negative errno. Returns what
 * sw_err_set returns. */
int disk_fault(struct sw_err *err, int rc, const char *noun, const char *what, const char *path);

#endif
