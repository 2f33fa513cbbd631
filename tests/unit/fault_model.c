/* SPDX-License-Identifier: BSD-3-Clause */
/* See fault_model.h; how the disk behaves is in fault_shim.h. */
#include "fault_model.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sw/mem.h>

#include "fault_shim.h"

#define NAMES 256

/* Bytes of a file: safe, and as they were when its last name went. lied[i] is set where the running system
 * takes byte i for clean and the disk does not have it. */
struct inode {
	uint64_t number;
	char *safe, *last, *lied;
	size_t safe_len, last_len, lied_len;
};

struct name {
	char text[40];
	uint64_t inode; /* 0: it is gone */
};

static struct inode inodes[NAMES];
static unsigned n_inodes;
static struct name safe_names[NAMES];
static unsigned n_safe;
/* Changes of names since: after each, what the name stands for. A rename is two at once. */
static struct {
	struct name set, gone;
} later[NAMES];
static unsigned n_later;
static int model_dir;

static struct inode *inode_of(uint64_t number)
{
	for (unsigned i = 0; i < n_inodes; i++)
		if (inodes[i].number == number)
			return &inodes[i];
	if (n_inodes == NAMES)
		abort();
	memset(&inodes[n_inodes], 0, sizeof(inodes[0]));
	inodes[n_inodes].number = number;
	return &inodes[n_inodes++];
}

/* The bytes that a disk can have of what the running system sees: where a sync lied, what was safe before, or
 * zeros behind that. */
static void undo_lies(const struct inode *inode, char *bytes, size_t len)
{
	for (size_t i = 0; i < len && i < inode->lied_len; i++)
		if (inode->lied[i])
			bytes[i] = i < inode->safe_len ? inode->safe[i] : 0;
}

/* Bytes from `at` on are written again, or gone: nothing is known against them. */
void model_written(int fd, size_t at, size_t len)
{
	struct stat st;
	struct inode *inode;

	if (syscall(SYS_fstat, fd, &st))
		return;
	inode = inode_of(st.st_ino);
	for (size_t i = at; i < inode->lied_len && i - at < len; i++)
		inode->lied[i] = 0;
}

static size_t read_fd(int fd, char **bytes)
{
	struct stat st;
	size_t n = 0;
	long got = 1;

	if (syscall(SYS_fstat, fd, &st))
		abort();
	*bytes = sw_xcalloc(st.st_size + 1, 1);
	while (n < (size_t)st.st_size && got > 0) {
		got = syscall(SYS_pread64, fd, *bytes + n, st.st_size - n, n);
		n += got > 0 ? got : 0;
	}
	return n;
}

uint64_t model_inode_of(int fd)
{
	struct stat st;

	return syscall(SYS_fstat, fd, &st) ? 0 : st.st_ino;
}

/* The file that a name stands for now, open to read; -1: none. */
static int open_name(const char *name)
{
	return syscall(SYS_openat, model_dir, name, O_RDONLY | O_CLOEXEC);
}

uint64_t model_inode_at(const char *name)
{
	int fd = open_name(name);
	uint64_t number = fd < 0 ? 0 : model_inode_of(fd);

	if (fd >= 0)
		syscall(SYS_close, fd);
	return number;
}

/* A name is about to go: its file may have been the last to hold these bytes. */
void model_keep_last(const char *name)
{
	int fd = open_name(name);
	struct inode *inode;

	if (fd < 0)
		return;
	inode = inode_of(model_inode_of(fd));
	free(inode->last);
	inode->last_len = read_fd(fd, &inode->last);
	syscall(SYS_close, fd);
}

/* A sync has failed: what it was for will not be written by a later one. */
void model_sync_failed(int fd)
{
	struct inode *inode = inode_of(model_inode_of(fd));
	char *now;
	size_t len = read_fd(fd, &now);

	inode->lied = sw_xrealloc(inode->lied, len + 1, 1);
	for (size_t i = 0; i < len; i++) {
		bool known = i < inode->lied_len && inode->lied[i];

		inode->lied[i] = known || i >= inode->safe_len || now[i] != inode->safe[i];
	}
	inode->lied_len = len;
	free(now);
}

static void set_name(struct name *list, unsigned *n, const struct name *name)
{
	unsigned i = 0;

	if (!name->text[0])
		return;
	while (i < *n && strcmp(list[i].text, name->text))
		i++;
	if (i == NAMES)
		abort();
	list[i] = *name;
	*n += i == *n;
}

void model_name(const char *set, uint64_t inode, const char *gone)
{
	if (n_later == NAMES)
		abort();
	memset(&later[n_later], 0, sizeof(later[0]));
	snprintf(later[n_later].set.text, sizeof(later[0].set.text), "%s", set);
	later[n_later].set.inode = inode;
	snprintf(later[n_later].gone.text, sizeof(later[0].gone.text), "%s", gone ? gone : "");
	n_later++;
}

static void apply_names(struct name *list, unsigned *n, unsigned upto)
{
	for (unsigned i = 0; i < upto; i++) {
		set_name(list, n, &later[i].set);
		set_name(list, n, &later[i].gone);
	}
}

/* What the disk has once a sync has said that all is there. */
void model_synced(int fd)
{
	struct inode *inode = inode_of(model_inode_of(fd));
	char *now;
	size_t len = read_fd(fd, &now);

	undo_lies(inode, now, len);
	free(inode->safe);
	inode->safe = now;
	inode->safe_len = len;
}

void model_names_synced(void)
{
	apply_names(safe_names, &n_safe, n_later);
	n_later = 0;
}

void model_folder(const char *dir)
{
	model_dir = syscall(SYS_openat, AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void model_end(void)
{
	syscall(SYS_close, model_dir);
}

static void forget(void)
{
	for (unsigned i = 0; i < n_inodes; i++) {
		free(inodes[i].safe);
		free(inodes[i].last);
		free(inodes[i].lied);
	}
	n_inodes = n_safe = n_later = 0;
}

void model_begin(const char *dir)
{
	DIR *list = opendir(dir);
	struct dirent *entry;

	forget();
	model_folder(dir);
	while (list && (entry = readdir(list))) {
		int fd = entry->d_name[0] == '.' ? -1 : open_name(entry->d_name);

		if (fd < 0)
			continue;
		model_name(entry->d_name, model_inode_of(fd), NULL);
		model_synced(fd);
		syscall(SYS_close, fd);
	}
	closedir(list);
	model_names_synced();
}

unsigned shim_names(void)
{
	return n_later;
}

bool shim_lied(void)
{
	for (unsigned i = 0; i < n_inodes; i++)
		if (inodes[i].lied_len && memchr(inodes[i].lied, 1, inodes[i].lied_len))
			return true;
	return false;
}

/* The bytes of a file as the running system sees them, by whatever name it has now, or saw them last. */
static size_t read_seen(const struct inode *inode, char **bytes)
{
	int from = -1;
	size_t len;

	for (unsigned i = 0; i < n_safe + n_later && from < 0; i++) {
		const char *text = i < n_safe ? safe_names[i].text : later[i - n_safe].set.text;

		if (model_inode_at(text) == inode->number)
			from = open_name(text);
	}
	if (from >= 0) {
		len = read_fd(from, bytes);
		syscall(SYS_close, from);
		return len;
	}
	*bytes = sw_xcalloc(inode->last_len + 1, 1);
	if (inode->last_len)
		memcpy(*bytes, inode->last, inode->last_len);
	return inode->last_len;
}

static void write_image(int dir, const struct name *name, enum tail tail)
{
	const struct inode *inode = inode_of(name->inode);
	int fd = syscall(SYS_openat, dir, name->text, O_WRONLY | O_CREAT | O_TRUNC, 0640);
	size_t safe = inode->safe_len, len;
	char *now;

	len = read_seen(inode, &now);
	if (tail == TAIL_HALF && len > safe)
		len = safe + (len - safe) / 2;
	if (tail != TAIL_ALL)
		undo_lies(inode, now, len);
	if (tail == TAIL_ALL || tail == TAIL_LIED || (tail == TAIL_HALF && len > safe)) {
		syscall(SYS_pwrite64, fd, now, len, 0);
	} else {
		syscall(SYS_pwrite64, fd, inode->safe, safe, 0);
		if (tail == TAIL_ZERO && len > safe)
			syscall(SYS_ftruncate, fd, len);
	}
	syscall(SYS_close, fd);
	free(now);
}

void shim_image(const char *to, unsigned names, enum tail tail)
{
	int dir = syscall(SYS_openat, AT_FDCWD, to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct name list[NAMES];
	unsigned n = n_safe;

	memcpy(list, safe_names, sizeof(list));
	apply_names(list, &n, names);
	for (unsigned i = 0; i < n; i++)
		if (list[i].inode)
			write_image(dir, &list[i], tail);
	syscall(SYS_close, dir);
}
