/* SPDX-License-Identifier: BSD-3-Clause */
/* See fd_ctl.h. */
#include "fd_ctl.h"

#include <dirent.h>
#include <stdlib.h>

void fd_each(void (*fn)(int fd, void *arg), void *arg)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			fn(atoi(entry->d_name), arg);
	}
	if (dir)
		closedir(dir);
}
