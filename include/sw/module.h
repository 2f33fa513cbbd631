/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Modules: what must be set up once, in an order that follows from what each names. A module says which
 * others it comes after, or before whom it must be there (a port class with a module of its own comes
 * before "pmd", so that whoever uses ports need not know it); start-up sorts them (a loop or an unknown
 * name is an error that names it), runs init in that order and, when one fails or the daemon stops, fini
 * in reverse for those that came up.
 *
 * room: base. Thread: control, before workers poll and after they have stopped.
 */
#ifndef SW_MODULE_H
#define SW_MODULE_H

#include <sw/reg.h>

struct sw_err;
struct sw_boot; /* <sw/boot.h>: the boot facts, read-only for modules */

struct sw_module {
	const char *name;
	const char *help;
	const char *const *after;  /* names, ended by NULL; NULL for none */
	const char *const *before; /* likewise */
	/* 0, or a negative errno with err filled; what it had taken it has given back. May be NULL. */
	int (*init)(const struct sw_boot *boot, struct sw_err *err);
	void (*fini)(void); /* may be NULL */
};
SW_REG_KIND_DECLARE(module);

/* Bring all up in order; on failure those that came up are down again. err names the module. */
int sw_modules_init(const struct sw_boot *boot, struct sw_err *err);

/* Take all down in reverse. Harmless when nothing is up. */
void sw_modules_fini(void);

#endif
