/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What swctl ends with. Shared by swctl and the schema. Any thread; constant.
 */
#include <sw/exit.h>

#include <string.h>

#include <sw/err.h>

const struct sw_exit sw_exits[] = {
	{ EXIT_DONE, "done" },
	{ EXIT_REFUSED, "refused: a value that cannot be, something not supported, a limit" },
	{ EXIT_USAGE,
		"usage: unknown command or option, missing argument; br-exists: there is none" },
	{ EXIT_NOT_FOUND, "not found" },
	{ EXIT_CONFLICT, "exists already, or conflicts with what is there" },
	{ EXIT_NO_DAEMON, "no switch reached" },
	{ EXIT_NOT_PERMITTED, "not permitted" },
	{ EXIT_TIMED_OUT, "timed out" },
	{ EXIT_DEVICE, "a device, socket or file cannot be opened or used" },
	{ EXIT_CHANGES, "--dry-run: there would be changes" },
	{ 0, NULL },
};

int sw_exit_of(const char *code)
{
	static const int statuses[SW_CODE_COUNT] = {
		[SW_CODE_OK] = EXIT_DONE,
		[SW_CODE_INVALID] = EXIT_REFUSED,
		[SW_CODE_USAGE] = EXIT_USAGE,
		[SW_CODE_NOT_FOUND] = EXIT_NOT_FOUND,
		[SW_CODE_EXISTS] = EXIT_CONFLICT,
		[SW_CODE_CONFLICT] = EXIT_CONFLICT,
		[SW_CODE_UNSUPPORTED] = EXIT_REFUSED,
		[SW_CODE_PERMISSION] = EXIT_NOT_PERMITTED,
		[SW_CODE_DEVICE] = EXIT_DEVICE,
		[SW_CODE_LIMIT] = EXIT_REFUSED,
		[SW_CODE_TIMEOUT] = EXIT_TIMED_OUT,
		[SW_CODE_INTERNAL] = EXIT_REFUSED,
	};

	for (unsigned i = 1; code && i < SW_CODE_COUNT; i++)
		if (!strcmp(sw_err_code_name(i), code))
			return statuses[i];
	return EXIT_REFUSED;
}
