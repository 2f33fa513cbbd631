/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See file.h.
 */
#include "file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "swctl.h"

#define FILE_MAX (128 << 20) /* INPUT_MAX of the switch */

static int cannot_read(const char *name, const char *hint, int error)
{
	int status = error == ENOENT   ? EXIT_NOT_FOUND
		     : error == EACCES ? EXIT_NOT_PERMITTED
				       : EXIT_DEVICE;

	return fault_show(
		status, hint, "the file \"%s\" cannot be read: %s", name, strerror(error));
}

int file_read(const char *name, const char *hint, struct sw_bytes *text)
{
	FILE *in = strcmp(name, "-") ? fopen(name, "re") : stdin;
	size_t n;
	int error;

	if (!in)
		return cannot_read(name, hint, errno);
	while ((n = fread(sw_bytes_room(text, 65536), 1, 65536, in)) > 0 && text->len < FILE_MAX)
		text->len += n;
	error = ferror(in) ? errno : n ? EFBIG : 0;
	if (in != stdin)
		fclose(in);
	return error ? cannot_read(name, hint, error) : EXIT_DONE;
}
