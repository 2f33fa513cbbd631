/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What log.c tells of each line so that it is kept.
 *
 * room: base. Thread: any but workers.
 */
#ifndef BASE_LOG_RECENT_H
#define BASE_LOG_RECENT_H

#include <sw/log.h>

/* Keep a copy of the text; name lives for ever. */
void log_recent_add(const char *name, enum sw_log_level level, const char *text);

#endif
