/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Registration: one shape for everything that can be added to the switch.
 *
 *	SW_REGISTER(drop, runt) = { .name = "runt", .help = "shorter than ..." };
 *
 * at the end of a file defines a constant descriptor (struct sw_drop runt) and a constructor that links
 * it into the list of its kind. The first member of every descriptor is `const char *name`, the second
 * `const char *help`. sw_reg_seal() sorts each list by name, refuses duplicates naming both files, and
 * gives out ids 0..count-1; ids are never written in an enum and may differ between two builds.
 *
 * room: base. Thread: registration before main; sealing on the control thread before workers exist;
 * everything else read-only afterwards, any thread. Nothing is freed.
 */
#ifndef SW_REG_H
#define SW_REG_H

#include <stdbool.h>

struct sw_err;

/* One registered descriptor; the id is valid after sw_reg_seal(). */
struct sw_reg_node {
	const void *desc; /* the descriptor; its first member is the name */
	const char *file;
	int line;
	unsigned id;
	struct sw_reg_node *next;
};

/* All descriptors of one kind. */
struct sw_reg_kind {
	const char *name;
	struct sw_reg_node *first;  /* as linked, before sealing */
	struct sw_reg_node **by_id; /* sorted by name, after sealing */
	unsigned count;
	bool listed;
	struct sw_reg_kind *next;
};

/* A kind is declared in the header of its descriptor and defined in one file of its room. */
#define SW_REG_KIND_DECLARE(kind) extern struct sw_reg_kind sw_reg_kind_##kind
#define SW_REG_KIND_DEFINE(kind)  struct sw_reg_kind sw_reg_kind_##kind = { .name = #kind }

#define SW_REGISTER(kind, ident)                                                    \
	extern const struct sw_##kind sw_##kind##_##ident;                          \
	struct sw_reg_node sw_reg_##kind##_##ident = {                              \
		.desc = &sw_##kind##_##ident, .file = __FILE__, .line = __LINE__    \
	};                                                                          \
	__attribute__((constructor)) static void sw_reg_link_##kind##_##ident(void) \
	{                                                                           \
		sw_reg_link(&sw_reg_kind_##kind, &sw_reg_##kind##_##ident);         \
	}                                                                           \
	const struct sw_##kind sw_##kind##_##ident

/* Use in one file what another one registered: SW_USE(drop, no_buffer); ... SW_ID(drop, no_buffer). */
#define SW_USE(kind, ident)                                \
	extern const struct sw_##kind sw_##kind##_##ident; \
	extern struct sw_reg_node sw_reg_##kind##_##ident
#define SW_ID(kind, ident) (sw_reg_##kind##_##ident.id)

/* Iterate in the order of names: SW_REG_FOREACH (drop, const struct sw_drop *, d) { ... } */
#define SW_REG_FOREACH(kind, type, var)                                                           \
	for (unsigned var##_i = 0; var##_i < sw_reg_kind_##kind.count &&                          \
				   ((var) = (type)sw_reg_kind_##kind.by_id[var##_i]->desc, true); \
		var##_i++)

/* Link a node; only SW_REGISTER calls it. */
void sw_reg_link(struct sw_reg_kind *kind, struct sw_reg_node *node);

/* Sort every kind and give out ids; calling it again is harmless. 0, or -EEXIST naming both files. */
int sw_reg_seal(struct sw_err *err);

/* The descriptor of that name, or NULL. O(log n). */
const void *sw_reg_find(const struct sw_reg_kind *kind, const char *name);

/* The descriptor with that id, or NULL when id >= count. */
const void *sw_reg_get(const struct sw_reg_kind *kind, unsigned id);

/* The registered name nearest to `name` (edit distance <= 1/3 of its length, at least 1), or NULL. */
const char *sw_reg_nearest(const struct sw_reg_kind *kind, const char *name);

#endif
