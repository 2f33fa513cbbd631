/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bytes on their way to a peer: numbers in network order are added at the end, lengths are put in when they are
 * known. Grows as it is filled; the owner frees it by of_buf_fini.
 *
 * Thread: control.
 */
#ifndef CTL_OF_BUF_H
#define CTL_OF_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct of_buf {
	uint8_t *bytes;
	size_t len, size;
	bool inexact; /* a part of a match or an action was left out, or is read back as another one; who wants to know sets
		       * it back */
};

/* n more bytes of zeros at the end; valid until the next call. */
uint8_t *of_room(struct of_buf *b, size_t n);

void of_put(struct of_buf *b, const void *bytes, size_t n);
void of_put_u8(struct of_buf *b, uint8_t v);
void of_put_u16(struct of_buf *b, uint16_t v);
void of_put_u32(struct of_buf *b, uint32_t v);
void of_put_u64(struct of_buf *b, uint64_t v);
/* A text in a field of n bytes, cut so that a NUL ends it. */
void of_put_text(struct of_buf *b, const char *text, size_t n);
/* duration_sec and duration_nsec of statistics. */
void of_put_duration(struct of_buf *b, uint64_t ms);
/* Zeros until the length from `start` on is a multiple of 8. */
void of_pad8(struct of_buf *b, size_t start);

/* Write a number over what is at an offset already. */
void of_patch_u16(struct of_buf *b, size_t at, uint16_t v);
void of_patch_u32(struct of_buf *b, size_t at, uint32_t v);

void of_buf_fini(struct of_buf *b);

#endif
