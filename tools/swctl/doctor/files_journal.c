/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Check journal: the file that holds the configuration is whole. Each line tells its own length (in hexadecimal), so a cut or
 * a mixed one shows without knowing more of it; a last line without its end was being written, and swd
 * drops it.
 */
#include "doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

/* "LENGTH CRC JSON": the length is that of the JSON. */
static bool is_whole(const char *line, size_t len)
{
	unsigned long length, crc;
	int used = 0;

	return sscanf(line, "%lx %lx %n", &length, &crc, &used) == 2 && used &&
	       len == used + length + 1 && line[len - 1] == '\n';
}

/* Number of the first bad line, 0 when there is none; *n_lines is how many there are. */
static unsigned find_bad(FILE *file, unsigned *n_lines)
{
	char *line = NULL;
	size_t size = 0;
	unsigned bad = 0;
	ssize_t len;

	*n_lines = 0;
	while ((len = getline(&line, &size, file)) > 0) {
		++*n_lines;
		if (!bad && line[len - 1] == '\n' && !is_whole(line, len))
			bad = *n_lines;
	}
	free(line);
	return bad;
}

static unsigned count_damaged(const struct exam *e, char *last, size_t size)
{
	json_t *names = fact_list(&e->facts, "%s", e->boot.state_dir), *name;
	unsigned n = 0;
	size_t i;

	json_array_foreach (names, i, name) {
		if (strncmp(json_string_value(name), "journal.damaged-", 16))
			continue;
		snprintf(last, size, "%s", json_string_value(name));
		n++;
	}
	json_decref(names);
	return n;
}

static void check_lines(struct exam *e, const char *path)
{
	char *whole = fact_path(&e->facts, path);
	FILE *file = fopen(whole, "re");
	unsigned bad, lines;

	if (!file && errno == ENOENT) {
		check_skip(e, "there is no %s yet", path);
	} else if (!file) {
		check_skip(e, "%s cannot be read: %s", path, strerror(errno));
	} else {
		bad = find_bad(file, &lines);
		if (bad) {
			check_fail(e,
				"line %u of %u in %s is damaged: at its next start swd keeps only "
				"what stands before it",
				bad, lines, path);
			check_fix(e,
				"swctl bugreport (it keeps what is in force), systemctl restart "
				"swd, and make again what is missing");
		} else {
			check_pass(e, "%u records in %s are whole", lines, path);
		}
		fclose(file);
	}
	free(whole);
}

static void check_journal(struct exam *e)
{
	char *path = sw_xasprintf("%s/journal", e->boot.state_dir), last[300];
	unsigned damaged = count_damaged(e, last, sizeof(last));

	if (damaged) {
		check_warn(e,
			"a damaged journal was put aside: %s/%s; what it held behind the damage "
			"is not in force",
			e->boot.state_dir, last);
		check_fix(e, "compare it with swctl show, then: rm %s/journal.damaged-*",
			e->boot.state_dir);
	}
	check_lines(e, path);
	free(path);
}

SW_REGISTER(check, journal) = {
	.name = "journal",
	.help = "the file of the configuration is whole",
	.group = CHECK_FILES,
	.run = check_journal,
};
