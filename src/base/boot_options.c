/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * swd's command line and exit statuses, for main, --help, the schema and the manual page. Constant.
 */
#include <sw/boot.h>

#include <stddef.h>

#include <sw/exit.h>
#include <sw/words.h>

const struct sw_cmd_option sw_boot_options[] = {
	{ "config", "FILE", "boot file: cores, memory, places (see configs/ for examples)" },
	{ "state", "DIR", "where the configuration is kept" },
	{ "run-dir", "DIR", "where sockets are made" },
	{ "socket", "PATH", "the control socket (default: RUN-DIR/swd.sock)" },
	{ "log", "LEVELS", "off, err, warn, info or dbg, and NAME=LEVEL: warn,vhost=dbg" },
	{ "schema", NULL, "print all the switch knows of commands and settings, as JSON" },
	{ "complete", NULL, "print what may follow the words of a half-typed command, for shells" },
	{ "version", NULL, "print the version" },
	{ "help", NULL, "print this" },
	{ NULL },
};

const struct sw_exit sw_boot_exits[] = {
	{ 0, "stopped when asked" },
	{ 1, "could not start" },
	{ 2, "wrong option or boot file" },
	{ 3, "another swd has the socket" },
	{ 0, NULL },
};
