/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line without a switch: how words are split into commands, how results and errors look.
 */
#include "swtest.h"

#include <sys/mman.h>
#include <unistd.h>

#include <limits.h>
#include <locale.h>

#include <sw/err.h>

#include "../../src/ctl/api/rpc.h"
#include "../../src/ctl/txn.h"
#include "../../tools/swctl/local.h"

/* The socket is all they share. */
_Static_assert(MESSAGE_MAX == RPC_MESSAGE_MAX, "bytes of a message");
_Static_assert(VALUES_MAX == RPC_VALUES_MAX, "values of a message");
_Static_assert(COMMANDS_MAX == TXN_COMMANDS_MAX, "commands of a transaction");

/* Standard error goes to memory, so that what people read can be compared. */
static int capture = -1;

static const char *captured(void)
{
	static char text[8192];
	ssize_t n;

	fflush(stderr);
	n = pread(capture, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	assert_int_equal(ftruncate(capture, 0), 0);
	lseek(capture, 0, SEEK_SET);
	return text;
}

/* args points into the line's words, which live until the next call. */
static int split(const char *line, struct args *args)
{
	static struct source source;
	int status;

	source_fini(&source);
	status = source_from_line(&source, line, NULL, 1);
	memset(args, 0, sizeof(*args));
	return status ? status : args_parse(&source, NULL, args);
}

static void splits(const char *line, const char *want)
{
	struct args args;
	json_t *json = json_loads(want, 0, NULL);

	assert_int_equal(split(line, &args), 0);
	assert_non_null(json);
	if (!json_equal(json, args.commands))
		fail_msg("%s: %s", line, json_dumps(args.commands, JSON_COMPACT));
	json_decref(json);
	args_fini(&args);
}

static void refuses(const char *line, const char *word)
{
	struct args args;

	assert_int_equal(split(line, &args), EXIT_USAGE);
	if (!strstr(captured(), word))
		fail_msg("%s: does not say %s", line, word);
	args_fini(&args);
}

static void commands_are_split(void **state)
{
	splits("show", "[[\"show\"]]");
	splits("--may-exist add-br br0 -- --if-exists del-port x",
		"[[\"--may-exist\",\"add-br\",\"br0\"],[\"--if-exists\",\"del-port\",\"x\"]]");
	splits("add-br br0 -- add-port br0 p tag=5 -- set port p trunks=1,2",
		"[[\"add-br\",\"br0\"],[\"add-port\",\"br0\",\"p\",\"tag=5\"],"
		"[\"set\",\"port\",\"p\",\"trunks=1,2\"]]");
	splits("-- show -- -- list-br --", "[[\"show\"],[\"list-br\"]]");
	splits("-t 5 --socket=/s --json fdb show br0", "[[\"fdb\",\"show\",\"br0\"]]");
	splits("fdb show br0 --json --vlan=5", "[[\"fdb\",\"show\",\"br0\",\"--vlan=5\"]]");
	splits("set interface p mtu_request=-1 -5",
		"[[\"set\",\"interface\",\"p\",\"mtu_request=-1\",\"-5\"]]");
	splits("--id=@a create port name=p", "[[\"--id=@a\",\"create\",\"port\",\"name=p\"]]");
	splits("", "[]");
	/* As a shell reads it. */
	splits("a 'b c' \"d'\\\"e\\f\" g\\ h i'j'k \"\" # not -- this",
		"[[\"a\",\"b c\",\"d'\\\"e\\\\f\","
		"\"g h\",\"ijk\",\"\"]]");
	splits("add-br \\\n br0 --\\\n list-br", "[[\"add-br\",\"br0\"],[\"list-br\"]]");
	splits("a#b '#c'", "[[\"a#b\",\"#c\"]]");
}

static void global_options(void **state)
{
	struct args args;

	assert_int_equal(split("show", &args), 0);
	assert_int_equal(args.timeout_s, 10);
	assert_false(args.json || args.plain || args.dry_run);
	args_fini(&args);
	assert_int_equal(split("-t0 --socket /tmp/s --dry-run --plain show", &args), 0);
	assert_int_equal(args.timeout_s, 0);
	assert_string_equal(args.socket, "/tmp/s");
	assert_true(args.plain && args.dry_run);
	args_fini(&args);
	assert_int_equal(split("--timeout=33 add-br --help", &args), 0);
	assert_int_equal(args.timeout_s, 33);
	assert_int_equal(args.action, ARGS_HELP);
	args_fini(&args);
	assert_int_equal(split("-V", &args), 0);
	assert_int_equal(args.action, ARGS_VERSION);
	args_fini(&args);

	assert_int_equal(split("--if-generation=7 --request-id x1 show", &args), 0);
	assert_true(args.has_generation && args.if_generation == 7);
	assert_string_equal(args.request_id, "x1");
	args_fini(&args);
	refuses("--if-generation=-1 show", "generation");
	refuses("-t", "needs a value");
	refuses("-t soon show", "soon");
	refuses("--timeout=-1 show", "-1");
	refuses("--timeout=99999999999999999999 show", "number of seconds");
	refuses("--socket", "needs a value");
	refuses("-x show", "-x");
	refuses("--no-wait show", "--no-wait");
	refuses("--json --plain show", "cannot be both");
	refuses("--json --format=csv show", "--json");
	refuses("--format=tabel show", "did you mean \"table\"");
	refuses("-d jsno show", "did you mean \"json\"");
	refuses("--watch=fast show", "      ^^^^\n");
	refuses("--watch=0 show", "0.1");
	refuses("--plain=yes show", "takes no value");
	refuses("-d", "  ^^\n");
	refuses("--atomic show", "--file");
	refuses("--file=x show", "\"x\"");
	refuses("--file=x --atomic --keep-going", "cannot be both");
	refuses("show 'a b", "the quote ' is not closed\n  show 'a b\n       ^\n");
	refuses("show \"a b\\\"", "the quote \" is not closed");
}

static void lines_go_on(void **state)
{
	assert_true(source_continues("a \\", 3));
	assert_false(source_continues("a \\\\", 4));
	assert_true(source_continues("a \\\\\\", 5));
	assert_false(source_continues("# a \\", 5));
	assert_false(source_continues("a # \\", 5));
	assert_true(source_continues("a#b\\", 4));
	assert_false(source_continues("'a\\", 3));
	assert_true(source_continues("\"a\\", 3));
	assert_false(source_continues("", 0));
}

static char *rendered(const char *kind, const char *value, bool plain)
{
	json_t *result = json_pack(
		"{s:s, s:o}", "output", kind, "value", json_loads(value, JSON_DECODE_ANY, NULL));
	struct table table = { 0 };
	struct render r = { .plain = plain };
	char *text = NULL;
	size_t size;

	assert_non_null(result);
	r.out = open_memstream(&text, &size);
	render_result(&r, result, &table);
	fclose(r.out);
	table_fini(&table);
	json_decref(result);
	return text;
}

static void shows(const char *kind, const char *value, bool plain, const char *want)
{
	char *text = rendered(kind, value, plain);

	assert_string_equal(text, want);
	free(text);
}

static void results_are_shown(void **state)
{
	shows("none", "null", false, "");
	shows("value", "true", false, "true\n");
	shows("value", "\"br0\"", false, "br0\n");
	shows("lines", "[\"a\",\"b\"]", false, "a\nb\n");
	shows("lines", "[]", false, "");
	shows("tree", "{\"text\":\"one\\n  two\\u001b[31m\\n\",\"data\":{}}", false,
		"one\n  two\\x1b[31m\n");
	shows("record",
		"[{\"name\":\"p\",\"tag\":null,\"trunks\":[1,2],\"options\":{\"a\":\"b c\",\"k\":\"v\"},"
		"\"note\":\"\"},{\"name\":\"q\"}]",
		false,
		"name                : p\n"
		"tag                 : []\n"
		"trunks              : [1, 2]\n"
		"options             : {a=\"b c\", k=v}\n"
		"note                : \"\"\n"
		"\n"
		"name                : q\n");
	shows("record",
		"[{\"name\":\"p\",\"tag\":null,\"trunks\":[1,2]},"
		"{\"name\":\"q\",\"tag\":7,\"trunks\":[]}]",
		true, "p\t\t[1, 2]\nq\t7\t[]\n");
	/* What configures the switch is not trusted with the terminal. */
	shows("value", "\"a\\u001b]0;x\\u0007\\u009b1m\\n\"", false,
		"a\\x1b]0;x\\x07\\x9b1m\\x0a\n");
}

static void tables_are_aligned(void **state)
{
	const char *value = "{\"columns\":[\"Port\",\"VLAN\",\"Age\",\"Queues\"],\"rows\":["
			    "[\"vif0.0\",10,1,[\"a:0\",\"b:1\"]],[\"\xc3\xa9\",4095,\"static\",[]],"
			    "[null,null,null,[]]]}";

	shows("table", value, false,
		"Port    VLAN  Age     Queues\n"
		"vif0.0    10  1       a:0, b:1\n"
		"\xc3\xa9       4095  static  \n"
		"-          -  -       \n");
	shows("table", value, true, "vif0.0\t10\t1\ta:0,b:1\n\xc3\xa9\t4095\tstatic\t\n\t\t\t\n");
	shows("table", "{\"columns\":[\"Port\",\"n\"],\"rows\":[]}", false, "Port  n\n");
}

static void pages_make_one_table(void **state)
{
	json_t *one =
		json_pack("{s:[s,s], s:[[s,i]]}", "columns", "Port", "n", "rows", "longname", 1);
	json_t *two = json_pack("{s:[s,s], s:[[s,i]]}", "columns", "Port", "n", "rows", "p", 22);
	struct table table = { 0 };
	struct render r = { 0 };
	char *text = NULL;
	size_t size;

	r.out = open_memstream(&text, &size);
	table_page(&r, one, &table);
	table_page(&r, two, &table);
	fclose(r.out);
	assert_string_equal(text, "Port      n\nlongname  1\np         22\n");
	table_fini(&table);
	free(text);
	json_decref(one);
	json_decref(two);
}

/* The same record in every format; as ovs-vsctl 3.1 writes it, but for the layout of the table. */
static void formats(void **state)
{
	static const struct {
		struct render r;
		const char *want;
	} cases[] = {
		{ { .format = FORMAT_CSV }, "name,tag,ids\np,[],\"{a=\"\"b c\"\"}\"\nq,5,{}\n" },
		{ { .format = FORMAT_CSV, .data = DATA_BARE, .no_headings = true },
			"p,,a=b c\nq,5,\n" },
		{ { .format = FORMAT_JSON },
			"{\"headings\":[\"name\",\"tag\",\"ids\"],\"data\":[[\"p\",[\"set\",[]],"
			"[\"map\",[[\"a\",\"b c\"]]]],[\"q\",5,[\"map\",[]]]]}\n" },
		{ { .format = FORMAT_JSON, .data = DATA_STRING },
			"{\"headings\":[\"name\",\"tag\",\"ids\"],\"data\":[[\"p\",\"[]\","
			"\"{a=\\\"b c\\\"}\"],[\"q\",\"5\",\"{}\"]]}\n" },
		{ { .format = FORMAT_LIST, .data = DATA_BARE, .no_headings = true },
			"p\n\na=b c\n\nq\n5\n\n" },
		{ { .data = DATA_JSON, .no_headings = true },
			"\"p\"\n[\"set\",[]]\n[\"map\",[[\"a\",\"b c\"]]]\n\n"
			"\"q\"\n5\n[\"map\",[]]\n" },
		{ { .format = FORMAT_TABLE },
			"name  tag  ids\np     []   {a=\"b c\"}\nq     5    {}\n" },
	};
	json_t *records = json_loads("[{\"name\":\"p\",\"tag\":null,\"ids\":{\"a\":\"b c\"}},"
				     "{\"name\":\"q\",\"tag\":5,\"ids\":{}}]",
		0, NULL);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct table table = { 0 };
		struct render r = cases[i].r;
		char *text = NULL;
		size_t size;

		r.out = open_memstream(&text, &size);
		format_result(&r, records, true, &table);
		fclose(r.out);
		assert_string_equal(text, cases[i].want);
		table_fini(&table);
		free(text);
	}
	json_decref(records);
}

static void widths(void **state)
{
	assert_int_equal(render_width("abc", 3), 3);
	assert_int_equal(render_width("\xc3\xa9", 2), 1);
	assert_int_equal(render_width("e\xcc\x81", 3), 1);		  /* a combining mark */
	assert_int_equal(render_width("\xe4\xba\xa4\xe6\x8d\xa2", 6), 4); /* wide */
	assert_int_equal(render_width("\xff\xfe", 2), 2);		  /* not UTF-8 */
}

static json_t *error_of(const char *code, const char *given, const char *command)
{
	json_t *words = json_loads(command, 0, NULL);

	assert_non_null(words);
	return json_pack("{s:i, s:s, s:{s:s, s:s, s:s, s:s, s:s, s:i, s:o}}", "code", 1003,
		"message", "no bridge \"br9\"", "data", "code", code, "given", given, "allowed",
		"br0, br1", "hint", "make it with add-br", "did_you_mean", "br0", "failed_at", 1,
		"command", words);
}

static void errors_show_the_place(void **state)
{
	json_t *error = error_of("not-found", "br9", "[\"add-port\",\"br9\",\"vif0.0\"]");
	json_t *two = json_pack("[[s],[s]]", "a", "b");

	captured();
	assert_int_equal(fault_show_error(error, two), EXIT_NOT_FOUND);
	assert_string_equal(captured(), "swctl: no bridge \"br9\"\n"
					"  add-port br9 vif0.0\n"
					"           ^^^\n"
					"  allowed: br0, br1\n"
					"  hint: make it with add-br\n"
					"  did you mean \"br0\"?\n"
					"  command 2 of 2 failed, so none of them was applied\n");
	json_decref(error);

	/* A part of a word, a word with a blank, a word that is not there. */
	error = error_of("invalid", "4096", "[\"set\",\"port\",\"my port\",\"tag=4096\"]");
	json_object_set_new(
		json_object_get(error, "data"), "path", json_string("commands[2]: Port.tag"));
	assert_int_equal(fault_show_error(error, NULL), EXIT_REFUSED);
	assert_non_null(strstr(captured(), "swctl: Port.tag: no bridge \"br9\"\n"
					   "  set port 'my port' tag=4096\n"
					   "                         ^^^^\n"));
	json_decref(error);
	/* A sentence that names the column itself. */
	error = error_of("invalid", "7", "[\"set\",\"port\",\"p\",\"tag=7\"]");
	json_object_set_new(error, "message", json_string("Port.tag is read-only"));
	json_object_set_new(json_object_get(error, "data"), "path", json_string("Port.tag"));
	assert_int_equal(fault_show_error(error, NULL), EXIT_REFUSED);
	assert_non_null(strstr(captured(), "swctl: Port.tag is read-only\n"));
	json_decref(error);
	error = error_of("usage", "nowhere", "[\"show\"]");
	assert_int_equal(fault_show_error(error, NULL), EXIT_USAGE);
	assert_non_null(strstr(captured(), "  show\n  allowed"));
	json_decref(error);
	json_decref(two);

	fault_as_json(true);
	error = error_of("timeout", "x", "[\"show\"]");
	assert_int_equal(fault_show_error(error, NULL), EXIT_TIMED_OUT);
	json_decref(error);
	error = json_loads(captured(), 0, NULL);
	assert_int_equal(json_integer_value(json_object_get(error, "exit_status")), EXIT_TIMED_OUT);
	json_decref(error);
	assert_int_equal(
		fault_show(EXIT_NO_DAEMON, "start it", "nobody at %s", "/s"), EXIT_NO_DAEMON);
	error = json_loads(captured(), 0, NULL);
	assert_non_null(json_object_get(error, "error"));
	json_decref(error);
	fault_as_json(false);
}

static const struct sw_cmd_option try_options[] = {
	{ "loud", NULL, "a flag" },
	{ "times", "N", "a value" },
	{ 0 },
};
static char tried[64];

static int run_try(const struct local_call *call)
{
	snprintf(tried, sizeof(tried), "%u:%s:%s:%s", call->n_args, call->args[0],
		call->option[0] ? "loud" : "", call->option[1] ? call->option[1] : "-");
	return EXIT_CONFLICT;
}

SW_REGISTER(local, try) = {
	.name = "try this",
	.help = "a command of the test",
	.usage = "WORD [WORD]",
	.options = try_options,
	.min_args = 1,
	.max_args = 2,
	.run = run_try,
};

/* Status of the commands, or -1 when none of them is swctl's own. */
static int run_local(const char *commands)
{
	json_t *json = json_loads(commands, 0, NULL);
	const struct args args = { .commands = json };
	int status = -1;

	assert_non_null(json);
	tried[0] = '\0';
	if (!local_run(&args, stdout, &status))
		status = -1;
	json_decref(json);
	return status;
}

static void own_commands(void **state)
{
	captured();
	assert_int_equal(run_local("[[\"show\"],[\"try\"]]"), -1);
	assert_int_equal(
		run_local("[[\"--loud\",\"try\",\"this\",\"a\",\"--times=5\"]]"), EXIT_CONFLICT);
	assert_string_equal(tried, "1:a:loud:5");
	assert_int_equal(run_local("[[\"try\",\"this\"]]"), EXIT_USAGE);
	assert_non_null(strstr(captured(), "try this needs at least 1 argument, and got 0\n"
					   "  try this\n"
					   "           ^\n"
					   "  allowed: try this WORD [WORD]\n"));
	assert_int_equal(run_local("[[\"try\",\"this\",\"a\",\"--lood\"]]"), EXIT_USAGE);
	assert_non_null(strstr(captured(), "  try this a --lood\n"
					   "             ^^^^^^\n"));
	assert_int_equal(run_local("[[\"show\"],[\"try\",\"this\",\"a\"]]"), EXIT_USAGE);
	assert_non_null(strstr(captured(), "one transaction with other commands"));
	assert_string_equal(tried, "");
}

static void statuses(void **state)
{
	assert_int_equal(sw_exit_of("exists"), EXIT_CONFLICT);
	assert_int_equal(sw_exit_of("conflict"), EXIT_CONFLICT);
	assert_int_equal(sw_exit_of("permission"), EXIT_NOT_PERMITTED);
	assert_int_equal(sw_exit_of("device"), EXIT_DEVICE);
	assert_int_equal(sw_exit_of("of-a-later-version"), EXIT_REFUSED);
	assert_int_equal(sw_exit_of(NULL), EXIT_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_split),
		cmocka_unit_test(global_options),
		cmocka_unit_test(lines_go_on),
		cmocka_unit_test(results_are_shown),
		cmocka_unit_test(tables_are_aligned),
		cmocka_unit_test(pages_make_one_table),
		cmocka_unit_test(formats),
		cmocka_unit_test(widths),
		cmocka_unit_test(errors_show_the_place),
		cmocka_unit_test(own_commands),
		cmocka_unit_test(statuses),
	};
	int saved = dup(STDERR_FILENO), rc;
	struct sw_err err;

	setlocale(LC_CTYPE, "C.UTF-8");
	if (sw_reg_seal(&err))
		return 1;
	capture = memfd_create("stderr", MFD_CLOEXEC);
	dup2(capture, STDERR_FILENO);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	dup2(saved, STDERR_FILENO);
	if (rc)
		fputs(captured(), stderr);
	return rc;
}
