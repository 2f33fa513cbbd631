/* SPDX-License-Identifier: BSD-3-Clause */
/* Which types of port may be used, and the capabilities that follow. Control thread at start. */
#include <sw/port_types.h>

#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/port.h>

static char *allowed; /* ",type,type,": NULL is all */

static int unknown(const char *word, struct sw_err *err)
{
	const struct sw_port_class *cls;
	struct sw_str all = { 0 };

	SW_REG_FOREACH (port_class, const struct sw_port_class *, cls)
		sw_str_add(&all, "%s%s", all.len ? "," : "", cls->name);
	sw_err_set(err, SW_CODE_INVALID,
		"port-types in section [security]: there is no port type \"%s\"", word);
	sw_err_given(err, "%s", word);
	sw_err_allowed(err, "%s", all.s ? all.s : "");
	sw_err_nearest(err, sw_reg_nearest(&sw_reg_kind_port_class, word));
	free(all.s);
	return sw_err_errno(SW_CODE_INVALID);
}

int sw_port_types_allow(const char *list, struct sw_err *err)
{
	char *copy = list ? sw_xstrdup(list) : NULL, *rest = copy, *word;
	struct sw_str str = { 0 };
	int rc = 0;

	while (!rc && (word = strsep(&rest, ", \t"))) {
		if (!*word)
			continue;
		if (!sw_reg_find(&sw_reg_kind_port_class, word))
			rc = unknown(word, err);
		sw_str_add(&str, "%s%s,", str.len ? "" : ",", word);
	}
	free(copy);
	if (rc) {
		free(str.s);
		return rc;
	}
	free(allowed);
	allowed = str.s;
	return 0;
}

bool sw_port_type_allowed(const char *type)
{
	size_t len = strlen(type);

	for (const char *at = allowed; at && (at = strstr(at, type)); at += len) {
		if (at[-1] == ',' && at[len] == ',')
			return true;
	}
	return !allowed;
}

uint64_t sw_port_types_caps(void)
{
	const struct sw_port_class *cls;
	uint64_t caps = 0;

	SW_REG_FOREACH (port_class, const struct sw_port_class *, cls)
		caps |= sw_port_type_allowed(cls->name) ? cls->caps : 0;
	return caps;
}
