/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Facts of the host: files below a root that can be moved, and sets of cores. Nothing here decides what is
 * good.
 */
#ifndef DOCTOR_FACTS_H
#define DOCTOR_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <jansson.h>

#include <sw/boot.h>

/* Where facts come from: "" or a folder that stands for /. */
struct facts {
	const char *root;
	/* Told of each file that was read, when not NULL. */
	void (*seen)(void *arg, const char *path, const char *text);
	void *arg;
};

/* fact.c: files, links and folders below the root. Paths begin with '/'. */
/* The text without its last newline; zero bytes (between the words of cmdline) are newlines. NULL: none. */
char *fact_read(const struct facts *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool fact_number(const struct facts *f, uint64_t *value, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool fact_cores(const struct facts *f, uint8_t *bits, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Last part of what a symbolic link says. */
bool fact_link(const struct facts *f, char *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Names in a folder, sorted; an empty array when there is none. */
json_t *fact_list(const struct facts *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* 0 or an errno. */
int fact_stat(const struct facts *f, struct stat *st, const char *path);
char *fact_path(const struct facts *f, const char *path);
/* An extended attribute of a file: bytes of it, or a negative errno. */
ssize_t fact_attribute(
	const struct facts *f, const char *path, const char *name, void *buf, size_t size);
/* The value behind "NAME:" in a text of such lines, copied; false when there is none. */
bool fact_line(const char *text, const char *name, char *buf, size_t size);
/* Is it the machine we run on? */
bool fact_is_live(const struct facts *f);

/* service.c: what "systemctl show swd.service" prints; of a collected machine /service.txt, as a bug report
 * has it. NULL: none; `why` says so. */
char *fact_service(const struct facts *f, char why[128]);

/* features.c: the features (offloads) of an interface, a line "NAME: on" each, "off", or "fixed" when it is
 * off and cannot be had; of a collected machine /features/INTERFACE. NULL: there is no such interface. */
char *fact_features(const struct facts *f, const char *iface);

/* cores.c */
bool core_in(const uint8_t *bits, unsigned core);
void core_add(uint8_t *bits, unsigned core);
unsigned core_count(const uint8_t *bits);
/* out = a and b, or a and not b; true when there are any. */
bool core_both(uint8_t *out, const uint8_t *a, const uint8_t *b);
bool core_minus(uint8_t *out, const uint8_t *a, const uint8_t *b);
#define CORE_TEXT 200
const char *core_text(char buf[CORE_TEXT], const uint8_t *bits);

#endif
