/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The boot file: sections in brackets, key=value lines, comments on lines of their own that start with
 * '#' or ';'. It is read once, before anything runs, by a table of keys: what is not in the table, given
 * twice or out of range is an error with file and line, so a typing error never becomes a default.
 *
 * Control thread, before there is any other.
 */
#include <sw/boot.h>

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>
#include <sw/text.h>

#define LINE_SIZE 4096

enum type { TYPE_TEXT, TYPE_LEVELS, TYPE_UINT, TYPE_CORES, TYPE_HUGE, TYPE_OWN };

struct key {
	const char *section, *name;
	enum type type;
	size_t offset;	   /* of the field in struct sw_boot */
	uint64_t min, max; /* TYPE_UINT */
	const char *allowed;
	int (*read)(struct sw_boot *boot, const char *value, struct sw_err *err); /* TYPE_OWN */
	const char *help, *initial; /* what it is for; what holds without it */
};

static int read_socket_owner(struct sw_boot *boot, const char *value, struct sw_err *err)
{
	boot->access.has_owner = true;
	return sw_access_user(value, &boot->access.owner, err);
}

static int read_socket_group(struct sw_boot *boot, const char *value, struct sw_err *err)
{
	boot->access.has_group = true;
	return sw_access_group(value, &boot->access.group, err);
}

static int read_socket_mode(struct sw_boot *boot, const char *value, struct sw_err *err)
{
	return sw_access_mode(value, &boot->access.mode, err);
}

static int read_admin(struct sw_boot *boot, const char *value, struct sw_err *err)
{
	return sw_access_add(&boot->access, SW_ROLE_ADMIN, value, err);
}

static int read_operate(struct sw_boot *boot, const char *value, struct sw_err *err)
{
	return sw_access_add(&boot->access, SW_ROLE_OPERATE, value, err);
}

static int read_read(struct sw_boot *boot, const char *value, struct sw_err *err)
{
	return sw_access_add(&boot->access, SW_ROLE_READ, value, err);
}

static int read_user(struct sw_boot *boot, const char *value, struct sw_err *err)
{
	boot->has_user = true;
	return sw_access_user(value, &boot->user, err);
}

static int read_group(struct sw_boot *boot, const char *value, struct sw_err *err)
{
	boot->has_group = true;
	return sw_access_group(value, &boot->group, err);
}

static int one_of(const char *value, const char *const *words, const char *all, struct sw_err *err)
{
	for (unsigned i = 0; words[i]; i++) {
		if (!strcmp(value, words[i]))
			return i;
	}
	sw_err_set(err, SW_CODE_INVALID, "\"%s\" is none of %s", value, all);
	sw_err_given(err, "%s", value);
	sw_err_allowed(err, "%s", all);
	return sw_err_errno(SW_CODE_INVALID);
}

static int read_sandbox(struct sw_boot *boot, const char *value, struct sw_err *err)
{
	static const char *const words[] = { "auto", "on", "log", "off", NULL };
	int word = one_of(value, words, "auto, on, log or off", err);

	boot->sandbox = word < 0 ? SW_SANDBOX_AUTO : (enum sw_sandbox)word;
	return word < 0 ? word : 0;
}

static int read_af_xdp(struct sw_boot *boot, const char *value, struct sw_err *err)
{
	static const char *const words[] = { "no", "yes", NULL };
	int word = one_of(value, words, "yes or no", err);

	boot->af_xdp = word == 1;
	return word < 0 ? word : 0;
}

#define FIELD(name) offsetof(struct sw_boot, name)

static const struct key keys[] = {
	{ "worker", "cores", TYPE_CORES, FIELD(cores), .allowed = "a list like 1 or 0,2-5",
		.help = "cores that poll, one worker each",
		.initial = "all but one of the affinity mask; in laptop mode at most two" },
	{ "worker", "control-core", TYPE_UINT, FIELD(control_core), 0, SW_CORE_MAX - 1,
		.help = "core of the control thread", .initial = "every core that no worker has" },
	{ "worker", "idle-sleep-us", TYPE_UINT, FIELD(idle_sleep_us), 0, 100000,
		.help = "longest sleep of an idle worker, in microseconds; 0: it never sleeps",
		.initial = "500 in laptop mode, else 0" },
	{ "memory", "hugepages", TYPE_HUGE, FIELD(hugepages), .allowed = "auto, yes or no",
		.help = "memory in huge pages: when enough are free, always (an error when there are "
			"not enough), or never (laptop mode)",
		.initial = "auto" },
	{ "memory", "size-mb", TYPE_UINT, FIELD(memory_mb), 64, 1 << 20,
		.help = "memory for packets and tables, in MiB",
		.initial = "512 with huge pages, else 256" },
	{ "memory", "mbufs", TYPE_UINT, FIELD(mbufs), 1024, 1 << 24,
		.help = "packet buffers of the switch",
		.initial = "what three quarters of the memory hold" },
	{ "control", "socket", TYPE_TEXT, FIELD(socket_path), .allowed = "a path",
		.help = "the control socket", .initial = "RUN-DIR/swd.sock" },
	{ "control", "state", TYPE_TEXT, FIELD(state_dir), .allowed = "a path",
		.help = "folder where the configuration is kept; made when missing",
		.initial =
			"$STATE_DIRECTORY of the service, else /var/lib/swd; for others than root "
			"$XDG_STATE_HOME/swd" },
	{ "control", "run-dir", TYPE_TEXT, FIELD(run_dir), .allowed = "a path",
		.help = "folder where sockets are made; made when missing",
		.initial = "$RUNTIME_DIRECTORY of the service, else /run/swd; for others than root "
			   "$XDG_RUNTIME_DIR/swd" },
	{ "control", "history-mb", TYPE_UINT, FIELD(history_mb), 0, 1 << 20,
		.help = "earlier configurations kept in the state folder, in MiB; 0: none",
		.initial = "64" },
	{ "access", "socket-owner", TYPE_OWN, .read = read_socket_owner,
		.allowed = "a user, by name or number", .help = "owner of the control socket",
		.initial = "the daemon's own user" },
	{ "access", "socket-group", TYPE_OWN, .read = read_socket_group,
		.allowed = "a group, by name or number",
		.help = "group of the control socket; without any list below, its members are admin",
		.initial = "the daemon's own group" },
	{ "access", "socket-mode", TYPE_OWN, .read = read_socket_mode,
		.allowed = "a mode in octal, 0600 or more",
		.help = "permissions of the control socket", .initial = "0660" },
	{ "access", "admin", TYPE_OWN, .read = read_admin, .allowed = "a list like alice,@netops,*",
		.help = "users, @groups or * (all) that may change the configuration",
		.initial =
			"members of socket-group where no list is given; root and the daemon's own "
			"user always" },
	{ "access", "operate", TYPE_OWN, .read = read_operate,
		.allowed = "a list like alice,@netops,*",
		.help = "users, @groups or * (all) that may act on what runs: clear counters and "
			"stations, set log levels",
		.initial = "nobody" },
	{ "access", "read", TYPE_OWN, .read = read_read, .allowed = "a list like alice,@netops,*",
		.help = "users, @groups or * (all) that may look at everything",
		.initial = "nobody" },
	{ "security", "user", TYPE_OWN, .read = read_user, .allowed = "a user, by name or number",
		.help = "what root becomes once the folders are made", .initial = "it stays root" },
	{ "security", "group", TYPE_OWN, .read = read_group,
		.allowed = "a group, by name or number", .help = "group of that user",
		.initial = "the user's first group" },
	{ "security", "port-types", TYPE_TEXT, FIELD(port_types),
		.allowed = "a list like dpdkvhostuser,patch",
		.help = "types of port that may be used; the capabilities the daemon keeps follow",
		.initial = "all" },
	{ "security", "sandbox", TYPE_OWN, .read = read_sandbox, .allowed = "auto, on, log or off",
		.help = "hold the daemon to the files (Landlock) and system calls (seccomp) it needs: "
			"as far as the kernel can, an error where it cannot, only logged, or not",
		.initial = "auto" },
	{ "security", "extra-dirs", TYPE_TEXT, FIELD(extra_dirs),
		.allowed = "folders separated by ':'",
		.help = "folders in reach besides the daemon's own: files of net_pcap, sockets of memif",
		.initial = "none" },
	{ "security", "af-xdp", TYPE_OWN, .read = read_af_xdp, .allowed = "yes or no",
		.help = "allow bpf(2), and CAP_BPF, for devices of net_af_xdp", .initial = "no" },
	{ "vhost", "socket-dir", TYPE_TEXT, FIELD(vhost_dir), .allowed = "a path",
		.help = "folder where ports of type dpdkvhostuser make their sockets",
		.initial = "RUN-DIR" },
	{ "dpdk", "eal-args", TYPE_TEXT, FIELD(eal_args), .allowed = "arguments of DPDK's EAL",
		.help = "words added to DPDK's own arguments; never needed", .initial = "none" },
	{ "log", "levels", TYPE_LEVELS, FIELD(log_levels),
		.allowed = "a level for all, then NAME=LEVEL, separated by commas: warn,vhost=dbg",
		.help = "what is logged: off, err, warn, info or dbg", .initial = "info" },
};
#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

bool sw_boot_key_at(unsigned i, struct sw_boot_key *out)
{
	if (i >= N_KEYS)
		return false;
	*out = (struct sw_boot_key){ keys[i].section, keys[i].name, keys[i].help, keys[i].initial,
		keys[i].allowed, keys[i].min, keys[i].max };
	return true;
}

struct reader {
	struct sw_boot *boot;
	const char *path;
	unsigned line;
	char section[32];
	bool seen[N_KEYS];
	struct sw_err *err;
};

void sw_boot_fini(struct sw_boot *boot)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		if (keys[i].type == TYPE_TEXT || keys[i].type == TYPE_LEVELS)
			sw_boot_text((const char **)((char *)boot + keys[i].offset), NULL);
	}
	sw_boot_text(&boot->config_path, NULL);
}

/* Start an error at the line in hand. */
__attribute__((format(printf, 3, 4))) static int fail(
	struct reader *r, const char *given, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sw_err_set(r->err, SW_CODE_INVALID, "%s", text);
	sw_err_path(r->err, "%s:%u", r->path, r->line);
	sw_err_given(r->err, "%s", given);
	return sw_err_errno(SW_CODE_INVALID);
}

/* The names of the sections, or of the keys of one section. */
static unsigned list_names(const char *section, const char *names[N_KEYS])
{
	unsigned n = 0;

	for (unsigned i = 0; i < N_KEYS; i++) {
		const char *name = section ? keys[i].name : keys[i].section;

		if (section && strcmp(section, keys[i].section))
			continue;
		if (!n || strcmp(names[n - 1], name))
			names[n++] = name;
	}
	return n;
}

/* Add to an error what names there are and which of them is near. */
static void tell_names(struct reader *r, const char *section, const char *given)
{
	const char *names[N_KEYS];
	unsigned n = list_names(section, names);
	int near = sw_nearest(given, names, n);
	struct sw_str str = { 0 };

	for (unsigned i = 0; i < n; i++)
		sw_str_add(&str, "%s%s", i ? ", " : "", names[i]);
	sw_err_allowed(r->err, "%s", str.s);
	free(str.s);
	if (near >= 0)
		sw_err_nearest(r->err, names[near]);
}

static int read_section(struct reader *r, char *text)
{
	size_t len = strlen(text);
	const char *names[N_KEYS];
	unsigned n = list_names(NULL, names);

	if (text[len - 1] != ']')
		return fail(r, text, "the section \"%s\" has no closing bracket", text);
	text[len - 1] = '\0';
	for (unsigned i = 0; i < n; i++) {
		if (strcmp(names[i], text + 1))
			continue;
		snprintf(r->section, sizeof(r->section), "%s", names[i]);
		return 0;
	}
	fail(r, text + 1, "there is no section [%s]", text + 1);
	tell_names(r, NULL, text + 1);
	return sw_err_errno(SW_CODE_INVALID);
}

static int bad_value(struct reader *r, const struct key *key, const char *value)
{
	fail(r, value, "\"%s\" is not a value of %s in section [%s]", value, key->name,
		key->section);
	if (key->type == TYPE_UINT)
		sw_err_allowed(r->err, "a number from %llu to %llu", (unsigned long long)key->min,
			(unsigned long long)key->max);
	else
		sw_err_allowed(r->err, "%s", key->allowed);
	return sw_err_errno(SW_CODE_INVALID);
}

static int set_uint(struct reader *r, const struct key *key, const char *value)
{
	uint64_t number;

	if (sw_parse_u64(value, key->min, key->max, &number))
		return bad_value(r, key, value);
	*(int *)((char *)r->boot + key->offset) = number;
	return 0;
}

static int set_cores(struct reader *r, const struct key *key, const char *value)
{
	uint8_t bits[SW_CORE_MAX / 8] = { 0 };
	unsigned n = 0;

	if (sw_parse_ranges(value, bits, SW_CORE_MAX))
		return bad_value(r, key, value);
	for (unsigned i = 0; i < SW_CORE_MAX; i++) {
		if (!(bits[i / 8] & 1 << i % 8))
			continue;
		if (n == SW_WORKER_MAX) {
			bad_value(r, key, value);
			sw_err_allowed(r->err, "at most %d cores", SW_WORKER_MAX);
			return sw_err_errno(SW_CODE_INVALID);
		}
		r->boot->cores[n++] = i;
	}
	r->boot->n_cores = n;
	return 0;
}

static int set_huge(struct reader *r, const struct key *key, const char *value)
{
	static const char *const words[] = { "auto", "yes", "no" };

	for (unsigned i = 0; i < 3; i++) {
		if (strcmp(value, words[i]))
			continue;
		r->boot->hugepages = (enum sw_huge)i;
		return 0;
	}
	return bad_value(r, key, value);
}

static int set_text(struct reader *r, const struct key *key, const char *value)
{
	if (key->type == TYPE_LEVELS && sw_boot_log(value, false, r->err)) {
		sw_err_path(r->err, "%s:%u", r->path, r->line);
		return sw_err_errno(SW_CODE_INVALID);
	}
	sw_boot_text((const char **)((char *)r->boot + key->offset), value);
	return 0;
}

static int set_own(struct reader *r, const struct key *key, const char *value)
{
	int rc = key->read(r->boot, value, r->err);

	if (rc)
		sw_err_path(r->err, "%s:%u", r->path, r->line);
	return rc;
}

static int set_key(struct reader *r, const struct key *key, const char *value)
{
	static int (*const set[])(struct reader *, const struct key *, const char *) = {
		[TYPE_TEXT] = set_text,
		[TYPE_LEVELS] = set_text,
		[TYPE_UINT] = set_uint,
		[TYPE_CORES] = set_cores,
		[TYPE_HUGE] = set_huge,
		[TYPE_OWN] = set_own,
	};
	bool *seen = &r->seen[key - keys];

	if (*seen)
		return fail(
			r, key->name, "%s of section [%s] is given twice", key->name, key->section);
	*seen = true;
	if (!*value) {
		fail(r, "", "%s of section [%s] has no value", key->name, key->section);
		sw_err_hint(r->err, "leave the line out for the default");
		return sw_err_errno(SW_CODE_INVALID);
	}
	return set[key->type](r, key, value);
}

static char *trim(char *s)
{
	size_t len;

	s += strspn(s, " \t\r\n");
	len = strlen(s);
	while (len && strchr(" \t\r\n", s[len - 1]))
		s[--len] = '\0';
	return s;
}

static int read_key(struct reader *r, char *text)
{
	char *value = strchr(text, '=');
	const char *name;

	if (!value)
		return fail(r, text, "\"%s\" is neither [section] nor key=value", text);
	*value++ = '\0';
	name = trim(text);
	if (!r->section[0])
		return fail(r, name, "the key \"%s\" comes before any section", name);
	for (unsigned i = 0; i < N_KEYS; i++) {
		if (!strcmp(keys[i].section, r->section) && !strcmp(keys[i].name, name))
			return set_key(r, &keys[i], trim(value));
	}
	fail(r, name, "section [%s] has no key \"%s\"", r->section, name);
	tell_names(r, r->section, name);
	return sw_err_errno(SW_CODE_INVALID);
}

static int read_line(struct reader *r, char *line, size_t len)
{
	char *text;

	r->line++;
	if (strlen(line) != len)
		return fail(r, "", "the line has a zero byte in it: this is not a text file");
	if (len == LINE_SIZE - 1 && line[len - 1] != '\n')
		return fail(r, "", "the line is longer than %d bytes", LINE_SIZE - 2);
	text = trim(line);
	if (!*text || *text == '#' || *text == ';')
		return 0;
	return *text == '[' ? read_section(r, text) : read_key(r, text);
}

/* fgets that tells how many bytes it took, zero bytes included; 0 at the end. */
static size_t next_line(FILE *file, char line[LINE_SIZE])
{
	size_t len = 0;
	int c = 0;

	while (len < LINE_SIZE - 1 && c != '\n' && (c = getc(file)) != EOF)
		line[len++] = c;
	line[len] = '\0';
	return len;
}

int sw_boot_read(struct sw_boot *boot, const char *path, struct sw_err *err)
{
	struct reader r = { .boot = boot, .path = path, .err = err };
	char line[LINE_SIZE];
	FILE *file = fopen(path, "re");
	size_t len;
	int rc = 0;

	if (!file) {
		sw_err_set(err, errno == ENOENT ? SW_CODE_NOT_FOUND : SW_CODE_DEVICE,
			"the file %s cannot be opened: %s", path, strerror(errno));
		sw_err_given(err, "%s", path);
		return err ? sw_err_errno(err->code) : -EIO;
	}
	while (!rc && (len = next_line(file, line)))
		rc = read_line(&r, line, len);
	if (!rc && ferror(file))
		rc = sw_err_set(err, SW_CODE_DEVICE, "the file %s cannot be read: %s", path,
			strerror(errno));
	fclose(file);
	if (!rc)
		sw_boot_text(&boot->config_path, path);
	return rc;
}
