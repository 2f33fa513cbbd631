/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of QEMU processes with vhost-user devices, by their command lines: they tell even when neither
 * switch nor guest say why no packet comes.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

/* Words of a process, a line each; NULL when it is no QEMU with vhost-user. */
static char *read_guest(const struct exam *e, const char *pid)
{
	char *text = fact_read(&e->facts, "/proc/%s/cmdline", pid);

	if (text && strstr(text, "qemu") && strstr(text, "vhost-user"))
		return text;
	free(text);
	return NULL;
}

/* The word behind an option that begins with `start` and has `part` in it, copied; NULL. */
static char *find_word(const char *guest, const char *start, const char *part)
{
	for (const char *at = guest; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t len = strcspn(at, "\n");
		char *word;

		if (strncmp(at, start, strlen(start)))
			continue;
		word = sw_xasprintf("%.*s", (int)len, at);
		if (strstr(word, part))
			return word;
		free(word);
	}
	return NULL;
}

static void name_guest(const char *guest, const char *pid, char *buf, size_t size)
{
	const char *option = strstr(guest, "\n-name\n");

	if (!option)
		snprintf(buf, size, "process %s", pid);
	else
		snprintf(buf, size, "%.*s (process %s)", (int)strcspn(option + 7, ",\n"),
			option + 7, pid);
}

/* memory-backend-memfd is shared unless told otherwise, -file and -ram are not; without any of them a
 * guest's memory is its own. */
static bool shares_memory(const char *guest)
{
	char *backend = find_word(guest, "memory-backend-memfd", "");
	bool shared = backend && !strstr(backend, "share=off");

	free(backend);
	backend = find_word(guest, "memory-backend-", "share=on");
	shared |= backend != NULL;
	free(backend);
	/* as JSON: -object {"qom-type":"memory-backend-file",...,"share":true} */
	backend = find_word(guest, "{\"qom-type\":\"memory-backend-", "\"share\":true");
	shared |= backend != NULL;
	free(backend);
	return shared;
}

static unsigned each_guest(
	struct exam *e, void (*fn)(struct exam *e, const char *guest, const char *pid))
{
	json_t *processes = fact_list(&e->facts, "/proc"), *name;
	unsigned n = 0;
	size_t i;

	json_array_foreach (processes, i, name) {
		const char *pid = json_string_value(name);
		char *guest = NULL;

		if (strspn(pid, "0123456789") == strlen(pid))
			guest = read_guest(e, pid);
		if (guest)
			fn(e, guest, pid);
		n += guest != NULL;
		free(guest);
	}
	json_decref(processes);
	return n;
}

static void check_one_memory(struct exam *e, const char *guest, const char *pid)
{
	char who[128];

	if (shares_memory(guest))
		return;
	name_guest(guest, pid, who, sizeof(who));
	check_fail(e,
		"guest %s has vhost-user devices, but its memory is not shared: no packet can "
		"pass",
		who);
	check_fix(e, "-object memory-backend-memfd,id=m,size=SIZE,share=on -numa node,memdev=m");
}

static void check_memory(struct exam *e)
{
	unsigned n = each_guest(e, check_one_memory);

	if (!n)
		check_skip(e, "no QEMU with vhost-user runs");
	else if (!check_found(e))
		check_pass(e, "%u guests share their memory", n);
}

SW_REGISTER(check, guest_memory) = {
	.name = "guest-memory",
	.help = "QEMU guests with vhost-user devices share their memory",
	.group = CHECK_DEVICES,
	.run = check_memory,
};

static void check_one_chardev(struct exam *e, const char *guest, const char *pid)
{
	char *chardev = find_word(guest, "socket,", "path="), who[128];

	if (chardev && !strstr(chardev, "server") && !strstr(chardev, "reconnect")) {
		name_guest(guest, pid, who, sizeof(who));
		check_warn(e,
			"guest %s does not connect again: it loses its network when swd is "
			"started again",
			who);
		check_fix(e,
			"reconnect=1 in its -chardev, or type=dpdkvhostuserclient with server=on");
	}
	free(chardev);
}

static void check_reconnect(struct exam *e)
{
	unsigned n = each_guest(e, check_one_chardev);

	if (!n)
		check_skip(e, "no QEMU with vhost-user runs");
	else if (!check_found(e))
		check_pass(e, "%u guests find swd again", n);
}

SW_REGISTER(check, guest_reconnect) = {
	.name = "guest-reconnect",
	.help = "QEMU guests survive a restart of swd",
	.group = CHECK_DEVICES,
	.run = check_reconnect,
};
