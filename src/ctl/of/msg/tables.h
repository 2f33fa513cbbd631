/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An answer with an entry a table, made in slices. Thread: control.
 */
#ifndef CTL_OF_TABLES_H
#define CTL_OF_TABLES_H

#include <stdint.h>

struct of_bridge;
struct of_buf;
struct of_conn;
struct of_msg;

void of_tables_walk(struct of_conn *c, const struct of_msg *msg,
	void (*put)(
		struct of_buf *out, const struct of_bridge *of, unsigned table, uint8_t version));

#endif
