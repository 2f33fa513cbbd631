/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Facts of the host: files, links and folders below a root, so that a test can plant any machine and a
 * person can look at a collected one. What is not there is no error: the check knows what that means.
 */
#include "doctor.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <sw/mem.h>
#include <sw/text.h>

#define FILE_MAX (1024 * 1024) /* /proc files of large machines; more is cut */

#define PATH_OF(path, f, fmt)                         \
	do {                                          \
		va_list ap_;                          \
		va_start(ap_, fmt);                   \
		if (vasprintf(&(path), fmt, ap_) < 0) \
			abort();                      \
		va_end(ap_);                          \
	} while (0)

bool fact_is_live(const struct facts *f)
{
	return !*f->root;
}

char *fact_path(const struct facts *f, const char *path)
{
	return sw_xasprintf("%s%s", f->root, path);
}

/* The whole of a file, zero bytes as newlines, or NULL. */
static char *slurp(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text;
	size_t n;

	if (!file)
		return NULL;
	text = sw_xcalloc(1, FILE_MAX + 1);
	n = fread(text, 1, FILE_MAX, file);
	if (!n && ferror(file)) {
		free(text);
		text = NULL;
	}
	fclose(file);
	for (size_t i = 0; text && i < n; i++)
		if (!text[i])
			text[i] = '\n';
	return text ? sw_xrealloc(text, n + 1, 1) : NULL;
}

static char *read_path(const struct facts *f, const char *path)
{
	char *whole = fact_path(f, path), *text = slurp(whole);
	size_t len = text ? strlen(text) : 0;

	free(whole);
	if (text && f->seen)
		f->seen(f->arg, path, text);
	if (len && text[len - 1] == '\n')
		text[len - 1] = '\0';
	return text;
}

char *fact_read(const struct facts *f, const char *fmt, ...)
{
	char *path, *text;

	PATH_OF(path, f, fmt);
	text = read_path(f, path);
	free(path);
	return text;
}

bool fact_number(const struct facts *f, uint64_t *value, const char *fmt, ...)
{
	char *path, *text, *end;
	bool good = false;

	PATH_OF(path, f, fmt);
	text = read_path(f, path);
	free(path);
	if (text) {
		*value = strtoull(text, &end, 10);
		good = end != text;
	}
	free(text);
	return good;
}

bool fact_cores(const struct facts *f, uint8_t *bits, const char *fmt, ...)
{
	char *path, *text;
	bool there;

	memset(bits, 0, SW_CORE_MAX / 8);
	PATH_OF(path, f, fmt);
	text = read_path(f, path);
	free(path);
	there = text && (!*text || !sw_parse_ranges(text, bits, SW_CORE_MAX));
	free(text);
	return there;
}

bool fact_link(const struct facts *f, char *buf, size_t size, const char *fmt, ...)
{
	char *path, *whole, target[512];
	const char *last;
	ssize_t n;

	PATH_OF(path, f, fmt);
	whole = fact_path(f, path);
	n = readlink(whole, target, sizeof(target) - 1);
	free(whole);
	free(path);
	if (n <= 0)
		return false;
	target[n] = '\0';
	last = strrchr(target, '/');
	snprintf(buf, size, "%s", last ? last + 1 : target);
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *fact_list(const struct facts *f, const char *fmt, ...)
{
	json_t *names = json_array();
	char *path, *whole, **all = NULL;
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	PATH_OF(path, f, fmt);
	whole = fact_path(f, path);
	dir = opendir(whole);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		all = sw_xrealloc(all, n + 1, sizeof(*all));
		all[n++] = sw_xstrdup(entry->d_name);
	}
	if (dir)
		closedir(dir);
	if (n)
		qsort(all, n, sizeof(*all), by_text);
	for (size_t i = 0; i < n; i++) {
		json_array_append_new(names, json_string(all[i]));
		free(all[i]);
	}
	free(all);
	free(whole);
	free(path);
	return names;
}

int fact_stat(const struct facts *f, struct stat *st, const char *path)
{
	char *whole = fact_path(f, path);
	int rc = stat(whole, st) ? errno : 0;

	free(whole);
	return rc;
}

ssize_t fact_attribute(
	const struct facts *f, const char *path, const char *name, void *buf, size_t size)
{
	char *whole = fact_path(f, path);
	ssize_t n = getxattr(whole, name, buf, size);

	free(whole);
	return n < 0 ? -errno : n;
}

bool fact_line(const char *text, const char *name, char *buf, size_t size)
{
	size_t len = strlen(name);

	for (; text && *text; text += strcspn(text, "\n"), text += *text == '\n') {
		const char *value = text + len;

		if (strncmp(text, name, len) || *value != ':')
			continue;
		value += 1 + strspn(value + 1, " \t");
		snprintf(buf, size, "%.*s", (int)strcspn(value, "\n"), value);
		return true;
	}
	return false;
}
