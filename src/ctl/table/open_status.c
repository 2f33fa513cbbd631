/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The columns of Open_vSwitch that tell what the switch is and what it runs on: computed when they are
 * read, never stored. In OVS a script writes some of them.
 *
 * Control thread.
 */
#include <stdio.h>
#include <string.h>

#include <rte_version.h>

#include <sw/port.h>
#include <sw/table.h>

#include "../draft.h"
#include "value.h"

/* The Open_vSwitch schema whose names, types and meanings ours are; a test compares them. */
#define OVS_SCHEMA_VERSION "8.3.1"

static struct value *iface_types(const struct draft *draft, const struct row *row)
{
	struct value *v = value_new((struct sw_type)SW_SET(STRING, 64));
	const struct sw_port_class *cls;

	SW_REG_FOREACH (port_class, const struct sw_port_class *, cls)
		value_add_string(v, cls->name);
	return value_seal(v);
}

static struct value *datapath_types(const struct draft *draft, const struct row *row)
{
	struct value *v = value_new((struct sw_type)SW_SET(STRING, 8));

	value_add_string(v, "netdev");
	return v;
}

static struct value *swd_version(const struct draft *draft, const struct row *row)
{
	return value_string(SW_VERSION);
}

/* Not a number alone: nobody is to take us for an Open vSwitch of that age. */
static struct value *ovs_version(const struct draft *draft, const struct row *row)
{
	return value_string("swd " SW_VERSION);
}

static struct value *db_version(const struct draft *draft, const struct row *row)
{
	return value_string(OVS_SCHEMA_VERSION);
}

static struct value *dpdk_version(const struct draft *draft, const struct row *row)
{
	return value_string(rte_version());
}

/* DPDK is up before there is a configuration to read. */
static struct value *dpdk_initialized(const struct draft *draft, const struct row *row)
{
	return value_boolean(true);
}

/* The value of a name in os-release(5), without its quotes; NULL when it is not there. A file of some
 * hundred bytes that the machine reads all the time: no job thread is needed. */
static struct value *os_release(const char *name)
{
	FILE *file = fopen("/etc/os-release", "re");
	size_t len = strlen(name);
	struct value *found = NULL;
	char line[256];

	while (file && !found && fgets(line, sizeof(line), file)) {
		char *text = line + len + 1, *end;

		if (strncmp(line, name, len) || line[len] != '=')
			continue;
		text += *text == '"';
		end = text + strcspn(text, "\"\n");
		*end = '\0';
		found = value_string(text);
	}
	if (file)
		fclose(file);
	return found;
}

static struct value *system_type(const struct draft *draft, const struct row *row)
{
	return os_release("ID");
}

static struct value *system_version(const struct draft *draft, const struct row *row)
{
	return os_release("VERSION_ID");
}

static struct value *cur_cfg(const struct draft *draft, const struct row *row)
{
	return value_integer(draft->base->generation);
}

#define OPEN_STATUS(ident, of_type, text)       \
	SW_REGISTER(column, open_##ident) = {   \
		.name = "Open_vSwitch." #ident, \
		.help = text,                   \
		.type = of_type,                \
		.flags = SW_COL_STATUS,         \
		.status = ident,                \
	}

OPEN_STATUS(iface_types, SW_SET(STRING, 64), "types an Interface may have");
OPEN_STATUS(datapath_types, SW_SET(STRING, 8), "types a Bridge may have");
OPEN_STATUS(swd_version, SW_ONE(STRING), "version of the switch (not in OVS)");
OPEN_STATUS(ovs_version, SW_OPTIONAL(STRING),
	"name and version of the switch; it is not Open vSwitch, and says so");
OPEN_STATUS(db_version, SW_OPTIONAL(STRING),
	"version of the Open_vSwitch schema whose names and types these tables have");
OPEN_STATUS(cur_cfg, SW_ONE(INTEGER),
	"generation of the configuration in force: one more with each change");
OPEN_STATUS(dpdk_version, SW_OPTIONAL(STRING), "version of DPDK it runs on");
OPEN_STATUS(dpdk_initialized, SW_ONE(BOOLEAN), "true: the switch does not run without DPDK");
OPEN_STATUS(system_type, SW_OPTIONAL(STRING), "operating system, as ID of os-release tells");
OPEN_STATUS(system_version, SW_OPTIONAL(STRING),
	"version of the operating system, as VERSION_ID of os-release tells");
