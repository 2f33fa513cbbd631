/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Folders and the lock that keeps two processes out of each other's files.
 *
 * room: base. Thread: control, or a job.
 */
#ifndef SW_DIR_H
#define SW_DIR_H

struct sw_err;

/* Make a folder and those above it. What is there already is left as it is; the last one made gets
 * `mode`, those above it 0755. SW_CODE_DEVICE, SW_CODE_PERMISSION with the folder that failed, or that
 * belongs to another user than us (when we are not root) and root. */
int sw_dir_make(const char *path, unsigned mode, struct sw_err *err);

/* Give a folder to a user, when it is empty; one that is not must be that user's already. */
int sw_dir_give(const char *path, unsigned uid, struct sw_err *err);

/* Make the folder of a file. */
int sw_dir_make_for(const char *path, unsigned mode, struct sw_err *err);

/* Take the lock of a file (made when missing, holds our process id) for as long as we live; `what` is
 * what it stands for in the sentence when SW_CODE_CONFLICT says that another process holds it. The
 * descriptor, or a negative errno. */
int sw_lock_take(const char *path, const char *what, struct sw_err *err);

/* Remove the file and let the lock go. */
void sw_lock_drop(const char *path, int fd);

#endif
