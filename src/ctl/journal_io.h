/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every system call the journal makes, each in one small function over libc, so that a test can put its
 * own in their place (LD_PRELOAD) and fail, shorten or kill at any of them. Nothing here knows what is
 * in the file.
 *
 * All return 0 (or a descriptor) or a negative errno. Thread: start-up on control, then the job thread.
 */
#ifndef CTL_JOURNAL_IO_H
#define CTL_JOURNAL_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Make the folder (0750) and what is missing above it; open it. */
int jio_open_dir(const char *path);

/* Keep others out: -EWOULDBLOCK when another process holds it. Ends with the descriptor. */
int jio_lock(int dir);

/* Open a file for writing (and reading); a new one is made empty with 0640 when `make` is set. */
int jio_open(int dir, const char *name, bool make);
int jio_open_to_read(int dir, const char *name); /* waits for nobody, should it be a FIFO */

/* Call fn for each file of the folder whose name begins with `prefix`, in no order. */
int jio_list(int dir, const char *prefix, void (*fn)(void *arg, const char *name, uint64_t bytes),
	void *arg);

/* All of a file; free() it. -EFBIG above `max`. */
int jio_read(int fd, size_t max, char **bytes, size_t *len);

/* Of an open file; -EINVAL: it is none that has a size. */
int jio_size(int fd, uint64_t *size);

/* Up to len bytes from `at` on into *got: fewer only at the end of the file. */
int jio_read_at(int fd, void *bytes, size_t len, uint64_t at, size_t *got);

/* All bytes or an error; a short write is continued. */
int jio_write(int fd, const void *bytes, size_t len, uint64_t at);
int jio_sync(int fd);
int jio_truncate(int fd, uint64_t size);
int jio_close(int fd);

/* Give a file a second name; -EEXIST when that is taken. */
int jio_link(int dir, const char *name, const char *second);
int jio_rename(int dir, const char *from, const char *to);
int jio_unlink(int dir, const char *name); /* 0 also when there is none */
int jio_sync_dir(int dir);

#endif
