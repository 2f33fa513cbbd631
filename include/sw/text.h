/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text to value and back, once for the whole tree: numbers with their range, MAC addresses, lists of
 * cores and VLANs, names, a bounded growing string, nearest-word search.
 *
 * room: base. Thread: any but workers. Parsers accept the whole string or nothing: no white space, no
 * trailing characters; they return 0 or -EINVAL/-ERANGE and leave the result alone on failure.
 */
#ifndef SW_TEXT_H
#define SW_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rte_ether_addr;

#define SW_NAME_SIZE 16 /* bridge and port names, with the final NUL (IFNAMSIZ) */
#define SW_MAC_SIZE  18 /* "xx:xx:xx:xx:xx:xx" and NUL */

/* Decimal, or hexadecimal after 0x. -ERANGE when outside [min, max]. */
int sw_parse_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out);
int sw_parse_i64(const char *s, int64_t min, int64_t max, int64_t *out);

/* "true"/"false" only. */
int sw_parse_bool(const char *s, bool *out);

/* Six pairs of hex digits separated by ':'. */
int sw_parse_mac(const char *s, struct rte_ether_addr *out);
char *sw_format_mac(char buf[SW_MAC_SIZE], const struct rte_ether_addr *mac);

/* A list of numbers and ranges, "0,2-5", into a bitmap of `bits` bits (bits/8 rounded up bytes, bit n in
 * byte n/8). -EINVAL for the form, -ERANGE for a number >= bits, -EEXIST for one given twice. */
int sw_parse_ranges(const char *s, uint8_t *bitmap, size_t bits);

/* Bitmap to "0,2-5"; cut at size with "..." at the end. Returns buf. */
char *sw_format_ranges(char *buf, size_t size, const uint8_t *bitmap, size_t bits);

/* A name of a bridge or port: 1..15 bytes of letters, digits and "._-+@:", not "." or "..", no '/' .
 * NULL when good, else why not ("is 17 bytes long; at most 15 are allowed"). */
const char *sw_name_fault(const char *name);

/* Words compared for "did you mean": index of the nearest in words[n], or -1 when none is near. */
int sw_nearest(const char *given, const char *const *words, size_t n);

/* A string that grows; `s` is always NUL-terminated once something was added. free(str.s) by the owner. */
struct sw_str {
	char *s;
	size_t len;
	size_t size;
};
void sw_str_add(struct sw_str *str, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sw_str_vadd(struct sw_str *str, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));
void sw_str_add_bytes(struct sw_str *str, const void *bytes, size_t len);

#endif
