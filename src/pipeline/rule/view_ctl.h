/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Publishing views.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_VIEW_CTL_H
#define RULE_VIEW_CTL_H

#include "store.h"

/* The table needs another view before the next version. */
void rule_view_stale(struct sw_rules *rules, struct rule_table *table);

/* Publish another view of each table whose view is stale. */
void rule_views_refresh(struct sw_rules *rules);

#endif
