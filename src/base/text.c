/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text to value and back. Every parser takes the whole string or nothing and leaves the result alone on
 * failure, so that callers can point at defaults.
 *
 * Any thread but workers; no state.
 */
#include <sw/text.h>

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ether.h>

#include <sw/mem.h>

int sw_parse_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
	unsigned long long v;
	char *end;

	/* strtoull would take white space and signs. */
	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	errno = 0;
	v = strtoull(s, &end, s[0] == '0' && (s[1] | 0x20) == 'x' ? 16 : 10);
	if (*end || end == s)
		return -EINVAL;
	if (errno || v < min || v > max)
		return -ERANGE;
	*out = v;
	return 0;
}

int sw_parse_i64(const char *s, int64_t min, int64_t max, int64_t *out)
{
	bool negative = *s == '-';
	uint64_t magnitude;
	int64_t v;
	int rc = sw_parse_u64(s + negative, 0, (uint64_t)INT64_MAX + negative, &magnitude);

	if (rc)
		return rc;
	v = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	if (v < min || v > max)
		return -ERANGE;
	*out = v;
	return 0;
}

int sw_parse_bool(const char *s, bool *out)
{
	if (strcmp(s, "true") && strcmp(s, "false"))
		return -EINVAL;
	*out = *s == 't';
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int sw_parse_mac(const char *s, struct rte_ether_addr *out)
{
	struct rte_ether_addr mac;

	for (int i = 0; i < RTE_ETHER_ADDR_LEN; i++, s += 3) {
		int hi = hex_digit(s[0]);
		int lo = hi < 0 ? -1 : hex_digit(s[1]);

		if (lo < 0 || s[2] != (i < RTE_ETHER_ADDR_LEN - 1 ? ':' : '\0'))
			return -EINVAL;
		mac.addr_bytes[i] = hi << 4 | lo;
	}
	*out = mac;
	return 0;
}

char *sw_format_mac(char buf[SW_MAC_SIZE], const struct rte_ether_addr *mac)
{
	const uint8_t *b = mac->addr_bytes;

	snprintf(buf, SW_MAC_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4],
		b[5]);
	return buf;
}

/* A decimal number at *s, moving past it. */
static int take_number(const char **s, size_t bits, size_t *out)
{
	size_t v = 0;

	if (!isdigit((unsigned char)**s))
		return -EINVAL;
	for (; isdigit((unsigned char)**s); (*s)++) {
		v = v * 10 + (**s - '0');
		if (v >= bits)
			return -ERANGE;
	}
	*out = v;
	return 0;
}

/* One "a" or "a-b" at *s into the bitmap, moving past it. */
static int take_range(const char **s, uint8_t *bitmap, size_t bits)
{
	size_t first, last;
	int rc = take_number(s, bits, &first);

	if (rc)
		return rc;
	last = first;
	if (**s == '-') {
		(*s)++;
		rc = take_number(s, bits, &last);
		if (rc)
			return rc;
	}
	if (last < first)
		return -EINVAL;
	for (size_t i = first; i <= last; i++) {
		if (bitmap[i / 8] & 1u << i % 8)
			return -EEXIST;
		bitmap[i / 8] |= 1u << i % 8;
	}
	return 0;
}

int sw_parse_ranges(const char *s, uint8_t *bitmap, size_t bits)
{
	size_t size = (bits + 7) / 8;
	uint8_t *map = sw_xcalloc(size, 1);
	int rc;

	do {
		rc = take_range(&s, map, bits);
	} while (!rc && *s == ',' && s++);
	if (!rc && *s)
		rc = -EINVAL;
	if (!rc)
		memcpy(bitmap, map, size);
	free(map);
	return rc;
}

static bool bit(const uint8_t *bitmap, size_t i)
{
	return bitmap[i / 8] >> i % 8 & 1;
}

char *sw_format_ranges(char *buf, size_t size, const uint8_t *bitmap, size_t bits)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < bits; i++) {
		size_t last = i;
		int n;

		if (!bit(bitmap, i))
			continue;
		while (last + 1 < bits && bit(bitmap, last + 1))
			last++;
		n = last == i
			    ? snprintf(buf + len, size - len, "%s%zu", len ? "," : "", i)
			    : snprintf(buf + len, size - len, "%s%zu-%zu", len ? "," : "", i, last);
		if (len + n + sizeof("...") > size && last + 1 < bits) {
			snprintf(buf + len, size - len, "...");
			break;
		}
		len += n;
		i = last;
	}
	return buf;
}

const char *sw_name_fault(const char *name)
{
	size_t len = strlen(name);

	if (!len)
		return "is empty; 1 to 15 characters are needed";
	if (len >= SW_NAME_SIZE)
		return "is too long; at most 15 characters are allowed";
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return "is a name of the file system; choose another";
	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)name[i]) && !strchr("._-+@:", name[i]))
			return "has a character that is not allowed; use letters, digits and ._-+@:";
	}
	return NULL;
}

#define WORD_MAX 48 /* longer words are not compared */

/* Changes that make b of a: letters put in, left out or changed, neighbours that changed places. */
static unsigned distance(const char *a, const char *b)
{
	unsigned rows[3][WORD_MAX + 1], *before = rows[0], *last = rows[1], *row = rows[2], *spare;
	size_t lb = strlen(b);

	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		spare = before;
		before = last;
		last = row;
		row = spare;
		row[0] = i + 1;
		for (size_t j = 0; j < lb; j++) {
			unsigned change = last[j] + (a[i] != b[j]);
			unsigned gap = (row[j] < last[j + 1] ? row[j] : last[j + 1]) + 1;

			row[j + 1] = change < gap ? change : gap;
			if (i && j && a[i] == b[j - 1] && a[i - 1] == b[j] &&
				before[j - 1] + 1 < row[j + 1])
				row[j + 1] = before[j - 1] + 1;
		}
	}
	return row[lb];
}

/* The only word that begins with the given one ("int": "interface"), or -1. */
static int only_longer(const char *given, size_t len, const char *const *words, size_t n)
{
	int found = -1;

	for (size_t i = 0; i < n && len >= 2; i++) {
		if (strncmp(given, words[i], len))
			continue;
		if (found >= 0)
			return -1;
		found = i;
	}
	return found;
}

int sw_nearest(const char *given, const char *const *words, size_t n)
{
	size_t len = strlen(given);
	unsigned best = len / 3 ? len / 3 : 1;
	int found = -1;

	if (len > WORD_MAX)
		return -1;
	for (size_t i = 0; i < n; i++) {
		unsigned d;

		if (strlen(words[i]) > WORD_MAX)
			continue;
		d = distance(given, words[i]);
		if (d < best || (d == best && found < 0)) {
			best = d;
			found = i;
		}
	}
	return found >= 0 ? found : only_longer(given, len, words, n);
}

static void reserve(struct sw_str *str, size_t more)
{
	size_t need = str->len + more + 1;

	if (need <= str->size)
		return;
	str->size = need < 64 ? 64 : need * 2;
	str->s = sw_xrealloc(str->s, str->size, 1);
}

void sw_str_add_bytes(struct sw_str *str, const void *bytes, size_t len)
{
	reserve(str, len);
	memcpy(str->s + str->len, bytes, len);
	str->len += len;
	str->s[str->len] = '\0';
}

void sw_str_vadd(struct sw_str *str, const char *fmt, va_list args)
{
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, args);
	if (len >= 0) {
		reserve(str, len);
		vsnprintf(str->s + str->len, len + 1, fmt, again);
		str->len += len;
	}
	va_end(again);
}

void sw_str_add(struct sw_str *str, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	sw_str_vadd(str, fmt, args);
	va_end(args);
}
