/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Start-up in the order that modules ask for, and the same way back. The order is found by repeatedly
 * taking, by name, the first module whose needs are all up: the same on each start of one build.
 *
 * Control thread only.
 */
#include <sw/module.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>

SW_REG_KIND_DEFINE(module);
SW_LOG(module, "start and stop of the daemon's modules");

static const struct sw_module **up; /* in the order they came up */
static unsigned n_up;

static bool is_up(const char *name)
{
	for (unsigned i = 0; i < n_up; i++) {
		if (!strcmp(up[i]->name, name))
			return true;
	}
	return false;
}

static bool names(const char *const *list, const char *name)
{
	for (; list && *list; list++) {
		if (!strcmp(*list, name))
			return true;
	}
	return false;
}

/* The first module that this one comes after and that is not up yet, or NULL. */
static const char *first_missing(const struct sw_module *module)
{
	const struct sw_module *other;

	SW_REG_FOREACH (module, const struct sw_module *, other) {
		bool needed =
			names(module->after, other->name) || names(other->before, module->name);

		if (needed && !is_up(other->name))
			return other->name;
	}
	return NULL;
}

static int check_names(const struct sw_module *module, const char *const *list, const char *where,
	struct sw_err *err)
{
	for (; list && *list; list++) {
		if (!sw_reg_find(&sw_reg_kind_module, *list))
			return sw_err_set(err, SW_CODE_INTERNAL,
				"module %s comes %s \"%s\", which no module is called",
				module->name, where, *list);
	}
	return 0;
}

static int check_needs(struct sw_err *err)
{
	const struct sw_module *module;

	SW_REG_FOREACH (module, const struct sw_module *, module) {
		int rc = check_names(module, module->after, "after", err);

		if (!rc)
			rc = check_names(module, module->before, "before", err);
		if (rc)
			return rc;
	}
	return 0;
}

static const struct sw_module *next_ready(void)
{
	const struct sw_module *module;

	SW_REG_FOREACH (module, const struct sw_module *, module) {
		if (!is_up(module->name) && !first_missing(module))
			return module;
	}
	return NULL;
}

static int loop_error(struct sw_err *err)
{
	const struct sw_module *module;

	SW_REG_FOREACH (module, const struct sw_module *, module) {
		if (is_up(module->name))
			continue;
		return sw_err_set(err, SW_CODE_INTERNAL,
			"modules wait for each other in a loop: %s waits for %s", module->name,
			first_missing(module));
	}
	return 0;
}

int sw_modules_init(const struct sw_boot *boot, struct sw_err *err)
{
	int rc = check_needs(err);

	if (rc)
		return rc;
	up = sw_xcalloc(sw_reg_kind_module.count, sizeof(*up));
	while (n_up < sw_reg_kind_module.count) {
		const struct sw_module *module = next_ready();

		if (module)
			rc = module->init ? module->init(boot, err) : 0;
		else
			rc = loop_error(err);
		if (rc) {
			if (module)
				sw_err_prefix(err, "start of %s failed", module->name);
			sw_modules_fini();
			return rc;
		}
		sw_debug("%s is up", module->name);
		up[n_up++] = module;
	}
	return 0;
}

void sw_modules_fini(void)
{
	while (n_up) {
		const struct sw_module *module = up[--n_up];

		if (module->fini)
			module->fini();
		sw_debug("%s is down", module->name);
	}
	free(up);
	up = NULL;
}
