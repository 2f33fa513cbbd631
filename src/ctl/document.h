/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration as one JSON document, for people, files and comparing:
 *
 *	{"version": 1,
 *	 "Bridge": {"br0": {"other_config": {"mac-table-size": "1000"}, "ports": ["br0", "p1"]}},
 *	 "Port": {"p1": {"interfaces": ["p1"], "tag": 10}, ...},
 *	 "Interface": {...}}
 *
 * Tables, records by name, columns, each sorted. References are names, those of a map values of an object. A column that has its initial value
 * is left out; so are the bridges of Open_vSwitch, which are all in Bridge, and what the switch sets
 * itself. The one record of Open_vSwitch stands without a name.
 *
 * Thread: any; the rows are only read.
 */
#ifndef CTL_DOCUMENT_H
#define CTL_DOCUMENT_H

#include <jansson.h>

#include <sw/text.h>

#include "db.h"

#define DOCUMENT_VERSION 1

/* The tables of a db or a draft. `whole`: also what the switch sets itself, and "_uuid". */
json_t *document_new(struct rows *const *tables, bool whole);

/* Is the column implied: the references of the one record of a root table, that own rows? */
bool document_implies(const struct column *column);

/* The columns that differ between two documents, one line for what goes ("-") and one for what comes ("+"),
 * below a line with table and record; and the same as an array of {"table", "record", "change", "columns":
 * {NAME: {"was", "is"}}}. */
void document_diff(const json_t *was, const json_t *is, struct sw_str *text, json_t *rows);

#endif
