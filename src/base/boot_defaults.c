/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where things are when nobody says: root's places, an ordinary user's, the folders a service manager has
 * made for us (systemd.exec(5), RuntimeDirectory=), and paths that follow from others.
 *
 * Control thread, before there is any other.
 */
#include <sw/boot.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sw/mem.h>

void sw_boot_text(const char **field, const char *value)
{
	free((char *)*field);
	*field = value ? sw_xstrdup(value) : NULL;
}

/* Set a text field to `dir`/`name`, taking the place of what was there. */
static void set_joined(const char **field, const char *dir, const char *name)
{
	free((char *)*field);
	*field = sw_xasprintf("%s/%s", dir, name);
}

static void user_defaults(struct sw_boot *boot)
{
	const char *run = getenv("XDG_RUNTIME_DIR"), *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	char *tmp = sw_xasprintf("/tmp/swd-%u", (unsigned)getuid());

	if (run && *run)
		set_joined(&boot->run_dir, run, "swd");
	else
		sw_boot_text(&boot->run_dir, tmp);
	if (state && *state)
		set_joined(&boot->state_dir, state, "swd");
	else if (home && *home)
		set_joined(&boot->state_dir, home, ".local/state/swd");
	else
		set_joined(&boot->state_dir, tmp, "state");
	free(tmp);
}

/* A service's own user finds its folders where root's are, not in a home of its own: swctl looks there.
 * Of several the first is ours. */
static void service_defaults(struct sw_boot *boot)
{
	const struct {
		const char *env, **field;
	} dirs[] = { { "RUNTIME_DIRECTORY", &boot->run_dir },
		{ "STATE_DIRECTORY", &boot->state_dir } };

	for (unsigned i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		const char *list = getenv(dirs[i].env);
		char *dir = list && *list == '/' ? sw_xstrdup(list) : NULL;

		if (!dir)
			continue;
		dir[strcspn(dir, ":")] = '\0';
		sw_boot_text(dirs[i].field, dir);
		free(dir);
	}
}

void sw_boot_defaults(struct sw_boot *boot)
{
	memset(boot, 0, sizeof(*boot));
	boot->control_core = -1;
	boot->idle_sleep_us = -1;
	boot->history_mb = 64;
	if (geteuid()) {
		user_defaults(boot);
	} else {
		sw_boot_text(&boot->run_dir, "/run/swd");
		sw_boot_text(&boot->state_dir, "/var/lib/swd");
	}
	service_defaults(boot);
}

void sw_boot_finish(struct sw_boot *boot)
{
	if (!boot->socket_path)
		set_joined(&boot->socket_path, boot->run_dir, "swd.sock");
	if (!boot->vhost_dir)
		sw_boot_text(&boot->vhost_dir, boot->run_dir);
}
