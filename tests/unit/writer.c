/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages written in pieces are what jansson writes in one go, and what others hold stays whole. */
#include "swtest.h"

#include <jansson.h>

#include "../../src/ctl/api/writer.h"

static unsigned seed = 1;

static unsigned pick(unsigned n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static json_t *any(unsigned depth)
{
	json_t *value;
	char key[32];
	unsigned n = depth < 2 && !pick(3) ? pick(200) : pick(5);

	switch (pick(depth < 5 ? 7 : 5)) {
	case 0:
		return json_integer(pick(1000));
	case 1:
		return json_string("a \"quoted\" line\n\xc3\xa4");
	case 2:
		return json_null();
	case 3:
		return json_real(pick(100) / 8.0);
	case 4:
		return json_boolean(pick(2));
	case 5:
		value = json_array();
		for (unsigned i = 0; i < n; i++)
			json_array_append_new(value, any(depth + 1));
		return value;
	default:
		value = json_object();
		for (unsigned i = 0; i < n; i++) {
			snprintf(key, sizeof(key), "key \"%u\"", i);
			json_object_set_new(value, key, any(depth + 1));
		}
		return value;
	}
}

/* Takes the message; its text, written with steps of that size. */
static char *written(json_t *message, size_t about, unsigned *steps)
{
	struct writer w;
	char *text;

	writer_init(&w, message);
	for (*steps = 1; !writer_step(&w, about); ++*steps)
		;
	assert_false(w.failed);
	sw_bytes_add(&w.text, "", 1);
	text = strdup(w.text.buf + w.text.start);
	writer_fini(&w);
	return text;
}

static void same_text(void **state)
{
	static const size_t sizes[] = { 1, 100, 4096, 1 << 20 };
	unsigned steps, most = 0;

	for (unsigned i = 0; i < 400; i++) {
		json_t *message = json_pack("{s:i, s:o}", "id", i, "result", any(0));
		char *whole = json_dumps(message, JSON_COMPACT);
		char *pieces = written(message, sizes[i % 4], &steps);

		assert_string_equal(pieces, whole);
		most = steps > most ? steps : most;
		free(pieces);
		free(whole);
	}
	assert_true(most > 100); /* some were taken apart */
}

static void held_values_stay(void **state)
{
	json_t *rows = json_array(), *message;
	unsigned steps;
	char *before, *after;

	for (unsigned i = 0; i < 1000; i++)
		json_array_append_new(rows, json_pack("{s:i}", "row", i));
	before = json_dumps(rows, JSON_COMPACT);
	message = json_pack("{s:{s:O}}", "result", "rows", rows);
	free(written(message, 100, &steps));
	assert_true(steps > 10);
	after = json_dumps(rows, JSON_COMPACT);
	assert_string_equal(after, before);
	free(before);
	free(after);
	json_decref(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_text),
		cmocka_unit_test(held_values_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
