/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The archive, by libarchive.
 */
#include "pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sw/mem.h>

static int failed(struct pack *p)
{
	int number = archive_errno(p->archive);

	if (!*p->error)
		snprintf(p->error, sizeof(p->error), "%s", archive_error_string(p->archive));
	return number > 0 ? -number : -EIO;
}

int pack_open(struct pack *p, const char *path, const char *folder)
{
	memset(p, 0, sizeof(*p));
	p->path = path;
	p->folder = folder;
	p->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (p->fd < 0) {
		snprintf(p->error, sizeof(p->error), "%s", strerror(errno));
		return -errno;
	}
	p->archive = archive_write_new();
	if (archive_write_set_format_pax_restricted(p->archive) ||
		archive_write_add_filter_gzip(p->archive) ||
		archive_write_open_fd(p->archive, p->fd))
		return failed(p);
	return 0;
}

int pack_add(struct pack *p, const char *name, const char *text, size_t len)
{
	struct archive_entry *entry = archive_entry_new();
	char *path = sw_xasprintf("%s/%s", p->folder, name);
	int rc = 0;

	archive_entry_set_pathname(entry, path);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0600);
	archive_entry_set_size(entry, len);
	archive_entry_set_mtime(entry, time(NULL), 0);
	if (archive_write_header(p->archive, entry) < ARCHIVE_WARN ||
		archive_write_data(p->archive, text, len) < 0)
		rc = failed(p);
	archive_entry_free(entry);
	free(path);
	return rc;
}

int pack_close(struct pack *p)
{
	int rc = 0;

	if (p->archive && archive_write_close(p->archive) != ARCHIVE_OK)
		rc = failed(p);
	if (p->archive)
		archive_write_free(p->archive);
	if (p->fd >= 0 && !rc && !*p->error && fsync(p->fd)) {
		rc = -errno;
		snprintf(p->error, sizeof(p->error), "%s", strerror(errno));
	}
	if (p->fd >= 0)
		close(p->fd);
	if (p->fd >= 0 && *p->error) {
		unlink(p->path);
		rc = rc ? rc : -EIO;
	}
	return rc;
}
