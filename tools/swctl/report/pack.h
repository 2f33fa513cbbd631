/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A .tar.gz of files that are made in memory, readable by its owner only.
 */
#ifndef SWCTL_PACK_H
#define SWCTL_PACK_H

#include <stddef.h>

struct archive;

struct pack {
	struct archive *archive;
	const char *path;
	const char *folder; /* in which the files are */
	int fd;
	char error[256];
};

/* Make the file; there must be none of that name. 0, or a negative errno with the reason in error. */
int pack_open(struct pack *p, const char *path, const char *folder);
int pack_add(struct pack *p, const char *name, const char *text, size_t len);

/* Finish. When anything failed since pack_open the file is removed, and a negative errno returned. */
int pack_close(struct pack *p);

#endif
