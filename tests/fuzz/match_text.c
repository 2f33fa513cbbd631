/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz target: any text as a match, and as a value of each field. What is refused must say why; what is taken must be
 * consistent and read back the same from what is printed of it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/text.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void match(const char *text)
{
	struct sw_err err = { 0 };
	struct sw_str str = { 0 };
	struct sw_match m, back;

	if (sw_match_parse(text, &m, &err)) {
		require(err.text[0] && err.given[0]);
		return;
	}
	require(!sw_match_fault(&m));
	sw_match_print(&m, &str);
	require(!sw_match_parse(str.s, &back, &err) && !memcmp(&m, &back, sizeof(m)));
	free(str.s);
}

static void value(const struct sw_field *f, const char *text)
{
	uint8_t v[16], m[16], v2[16], m2[16];
	struct sw_err err = { 0 };
	struct sw_str str = { 0 };
	unsigned n = sw_field_bytes(f);

	if (sw_field_parse(f, text, v, m, &err)) {
		require(err.text[0]);
		return;
	}
	for (unsigned i = 0; i < n; i++)
		require(!(v[i] & ~m[i]));
	sw_field_print(f, v, m, &str);
	require(!sw_field_parse(f, str.s, v2, m2, &err));
	require(!memcmp(v, v2, n) && !memcmp(m, m2, n));
	free(str.s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sw_field *f;
	struct sw_err err = { 0 };
	char *text;

	if (sw_reg_seal(&err))
		return -1;
	text = strndup((const char *)data, size);
	match(text);
	if (!strchr(text, '=')) { /* no value has one */
		SW_REG_FOREACH (field, const struct sw_field *, f)
			value(f, text);
	}
	free(text);
	return 0;
}
