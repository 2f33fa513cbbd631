/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An event as JSON: {"number", "time", "kind", "text", and its fields in "fields"}.
 *
 * room: ctl. Thread: control.
 */
#ifndef CTL_EVENT_JSON_H
#define CTL_EVENT_JSON_H

#include <jansson.h>

struct sw_event_told;

json_t *event_json(const struct sw_event_told *told);

#endif
