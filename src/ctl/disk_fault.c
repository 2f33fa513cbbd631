/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See disk_fault.h. Any thread.
 */
#include "disk_fault.h"

#include <errno.h>
#include <string.h>

#include <sw/err.h>

int disk_fault(struct sw_err *err, int rc, const char *noun, const char *what, const char *path)
{
	int ret = sw_err_set(err, rc == -ENOSPC || rc == -EDQUOT ? SW_CODE_LIMIT : SW_CODE_DEVICE,
		"%s cannot be stored: %s in %s: %s", noun, what, path, strerror(-rc));

	sw_err_given(err, "%s", path);
	if (rc == -ENOSPC || rc == -EDQUOT)
		sw_err_hint(err, "make room on the file system of %s and try again", path);
	else if (rc == -EROFS || rc == -EACCES || rc == -EPERM)
		sw_err_hint(err, "make %s writable for the user swd runs as, and try again", path);
	else
		sw_err_hint(err, "the switch goes on as it is; look at the disk (dmesg) first");
	return ret;
}
