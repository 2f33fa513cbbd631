/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a disk would hold after a loss of power, as the shim of system calls (fault_shim.h) tells it what was
 * done: bytes of files, names of one folder. shim_names(), shim_lied() and shim_image() ask it. Its own calls
 * are made by number, so that it never meets the shim.
 *
 * Test code; one thread.
 */
#ifndef FAULT_MODEL_H
#define FAULT_MODEL_H

#include <stddef.h>
#include <stdint.h>

/* A folder, and all that is in it is safe. It is kept open until the end; model_folder opens it again, with
 * all that is known of it. Not while calls are counted. */
void model_begin(const char *dir);
void model_folder(const char *dir);
void model_end(void);

/* The file that a descriptor or a name stands for now; 0: none. */
uint64_t model_inode_of(int fd);
uint64_t model_inode_at(const char *name);

/* A name stands for a file now, or for none (0); `gone`, or NULL, went at the same moment. */
void model_name(const char *set, uint64_t inode, const char *gone);

/* A name is about to go: its file may have been the last to hold these bytes. */
void model_keep_last(const char *name);

void model_names_synced(void);
void model_synced(int fd);
void model_sync_failed(int fd); /* what it was for will not be written by a later one */

/* Bytes from `at` on are written again, or gone. */
void model_written(int fd, size_t at, size_t len);

#endif
