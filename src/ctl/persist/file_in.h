/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inside of the file of a bridge's rules: between opening it (file_open.c) and writing it (file.c).
 */
#ifndef CTL_PERSIST_FILE_IN_H
#define CTL_PERSIST_FILE_IN_H

#include <sw/text.h>

#include "age.h"
#include "file.h"

#define PERSIST_FORMAT	  2
#define PERSIST_MAGIC	  0x73776401u /* "swd\1" */
#define PERSIST_END	  0x656e6401u /* "end\1" */
#define PERSIST_END_BYTES 4
#define PERSIST_LAST	  1u /* flag: the batch is whole with this frame */
#define PERSIST_CRC_FROM  8  /* what the checksum is of, in the frame */
#define PERSIST_FIRST \
	36 /* bytes of entries of batch 0: format, boot, UUID; behind it perhaps the former one */

struct persist_out {
	int fd; /* -1: there is none */
	uint64_t bytes, batch;
};

struct persist_file {
	char *folder;
	char bridge[SW_NAME_SIZE], name[SW_NAME_SIZE + 8], new_name[SW_NAME_SIZE + 16];
	struct uuid uuid, former; /* the same: there is no former one */
	int dir;
	struct persist_out now, next;
	uint64_t base; /* bytes when it was new */
	bool sound;    /* what it shows is on the disk */
	bool precious; /* damaged or not read, and not kept under another name yet */

	struct persist_moment last; /* of the last whole batch that was there */
	bool same_boot;		    /* the machine has not started since */
	uint64_t good;		    /* while it is read: bytes of whole batches */
	uint64_t at;		    /* the frame to be read next */
	uint64_t end;		    /* of what is there */
	const char *why;	    /* what does not check */
	uint64_t looked;	    /* bytes */
	uint8_t *frame;
	size_t size; /* of what `frame` has room for */
};

int persist_fault(const struct persist_file *f, int rc, const char *what, struct sw_err *err);

/* Keep the file, if there is one, under a name of its own; 0, or why not. */
int persist_set_aside(struct persist_file *f);

/* The folder is open after this. */
int persist_file_folder(struct persist_file *f, struct sw_err *err);

#endif
