/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket, with real sockets and an event loop turned by hand: order, limits, who waits for
 * whom. Two methods of the test's own stand in for what takes long and what answers much.
 */
#include "api_hand.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/log.h>
#include <sw/post.h>

#include "../../src/ctl/api/method.h"
#include "../../src/ctl/api/server.h"
#include "../../src/ctl/job.h"

static struct sw_access access_of;
static char dir[] = "/tmp/swtest-api-XXXXXX";
static struct api_call *later;
static unsigned cancelled, ran;

static void later_cancel(struct api_call *call)
{
	assert_ptr_equal(call, later);
	later = NULL;
	cancelled++;
}

static int later_run(struct api_call *call, struct sw_err *err)
{
	later = call;
	call->cancel = later_cancel;
	return API_LATER;
}

static int big_run(struct api_call *call, struct sw_err *err)
{
	json_int_t n = json_integer_value(api_param(call, "size"));
	char *text = malloc(n);

	ran++;
	memset(text, 'x', n);
	call->result = json_stringn(text, n);
	free(text);
	return 0;
}

static const struct api_param big_params[] = {
	{ "size", API_INT, true, "bytes of the answer" },
	{ 0 },
};
SW_REGISTER(method, later) = { .name = "later", .help = "answers when told", .run = later_run };
SW_REGISTER(
	method, big) = { .name = "big", .help = "n bytes", .params = big_params, .run = big_run };

static unsigned clients(void)
{
	struct api_stats stats;

	turn(5);
	api_stats(&stats);
	return stats.clients;
}

static int start(void **state)
{
	struct sw_err err;

	hand_base = event_base_new();
	later = NULL;
	cancelled = ran = 0;
	assert_int_equal(job_start(&err), 0); /* parses long messages */
	assert_int_equal(api_start(hand_base, hand_path, &access_of, &err), 0);
	return 0;
}

static int stop(void **state)
{
	api_stop();
	job_stop();
	sw_post_run();
	event_base_free(hand_base);
	assert_int_not_equal(access(hand_path, F_OK), 0);
	return 0;
}

static void answers(void **state)
{
	int fd = dial_greeted();
	json_t *root;

	ask(fd, 1, "ping");
	hear_id(fd, 1);
	say(fd, "\n\r\n");
	ask(fd, 2, "version");
	hear_id(fd, 2);
	ask(fd, 3, "verson");
	root = hear(fd);
	assert_string_equal(
		json_string_value(json_object_get(
			json_object_get(json_object_get(root, "error"), "data"), "did_you_mean")),
		"version");
	json_decref(root);
	say(fd, "{nonsense}\n");
	hear_error(fd, RPC_PARSE, "not JSON");
	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"speed\":1}}\n");
	hear_error(fd, RPC_INVALID_PARAMS, "speed");
	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"big\",\"params\":{\"size\":\"7\"}}\n");
	hear_error(fd, RPC_INVALID_PARAMS, "integer");
	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"big\",\"params\":{}}\n");
	hear_error(fd, RPC_INVALID_PARAMS, "size");
	ask(fd, 4, "methods");
	hear_id(fd, 4);
	close(fd);
	assert_int_equal(clients(), 0);
}

static void notifications_are_not_answered(void **state)
{
	int fd = dial_greeted();

	say(fd, "{\"jsonrpc\":\"2.0\",\"method\":\"big\",\"params\":{\"size\":1}}\n");
	say(fd, "{\"jsonrpc\":\"2.0\",\"method\":\"nothing\"}\n");
	ask(fd, 9, "ping");
	hear_id(fd, 9);
	assert_int_equal(ran, 1);
	close(fd);
}

static void pipelined_in_order(void **state)
{
	int fd = dial_greeted();

	for (int i = 0; i < 500; i++)
		ask(fd, i, "ping");
	shutdown(fd, SHUT_WR); /* what was asked whole is answered even so */
	for (int i = 0; i < 500; i++)
		hear_id(fd, i);
	hear_end(fd);
	assert_int_equal(clients(), 0);
}

static void one_waits_others_do_not(void **state)
{
	int slow = dial_greeted(), quick = dial_greeted();
	struct sw_err err;

	ask(slow, 1, "later");
	ask(slow, 2, "ping");
	ask(quick, 3, "ping");
	hear_id(quick, 3);
	assert_non_null(later);
	later->result = json_true();
	api_call_done(later, 0, NULL);
	hear_id(slow, 1);
	hear_id(slow, 2);

	ask(slow, 4, "later");
	turn(5);
	sw_err_set(&err, SW_CODE_DEVICE, "no such device");
	api_call_done(later, -EIO, &err);
	hear_error(slow, 1008, "device");
	close(slow);
	close(quick);
}

/* What came whole is done, though its sender closed; half a message is not; stopping cancels. */
static void closing_and_stopping(void **state)
{
	int fd = dial_greeted(), other = dial_greeted();

	ask(fd, 1, "later");
	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"big\",\"params\":{\"size\":9000000}}\n");
	say(fd, "{\"half a mess");
	turn(5);
	assert_non_null(later);
	close(fd);
	turn(5);
	assert_int_equal(cancelled, 0); /* its sending side ended, it may still read */
	later->result = json_true();
	api_call_done(later, 0, NULL);
	assert_int_equal(clients(), 1);

	fd = dial_greeted();
	ask(fd, 1, "later");
	turn(5);
	api_stop();
	assert_int_equal(cancelled, 1);
	hear_end(fd);
	close(other);
	assert_int_equal(api_start(hand_base, hand_path, &access_of, NULL), 0);
}

static void too_long(void **state)
{
	int fd = dial_greeted();
	char *text = malloc(3 * RPC_MESSAGE_MAX + 2);

	memset(text, ' ', 3 * RPC_MESSAGE_MAX);
	strcpy(text + 3 * RPC_MESSAGE_MAX, "\n");
	say(fd, text);
	ask(fd, 1, "ping");
	hear_error(fd, 1009, "too long");
	hear_id(fd, 1);
	/* The longest that is allowed is one byte shorter than its newline's place. */
	memset(text, ' ', RPC_MESSAGE_MAX);
	strcpy(text + RPC_MESSAGE_MAX, "\n");
	memcpy(text, "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"ping\"}", 40);
	say(fd, text);
	hear_id(fd, 5);
	close(fd);
	free(text);
}

/* A message that is parsed on the job thread: a question behind it waits, a fault in it is told, and the
 * client may go away in the middle. */
static void long_messages(void **state)
{
	size_t size = RPC_MESSAGE_MAX / 2;
	char *text = malloc(size + 2);
	int fd = dial_greeted();

	memset(text, ' ', size);
	strcpy(text + size, "\n");
	memcpy(text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", 40);
	say(fd, text);
	ask(fd, 2, "ping");
	hear_id(fd, 1);
	hear_id(fd, 2);
	text[size - 1] = '}';
	say(fd, text);
	hear_error(fd, -32700, "at byte");
	ask(fd, 3, "ping");
	hear_id(fd, 3);
	say(fd, text);
	turn(1);
	close(fd);
	fd = dial_greeted();
	say(fd, text);
	ask(fd, 4, "ping");
	shutdown(fd, SHUT_WR); /* what it asked is answered all the same */
	hear_error(fd, -32700, "at byte");
	hear_id(fd, 4);
	hear_end(fd);
	close(fd);
	assert_int_equal(clients(), 0);
	free(text);
}

#define PART "{\"jsonrpc\":\"2.0\",\"method\":\"input\",\"params\":{\"text\":\"drop\\n\"}}\n"
#define WITH(it)                                                                                       \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"transact\",\"params\":{\"commands\":[[\"x\"]]," it \
	"}}\n"
#define TAKEN 1005, "starting or stopping" /* this far, since no store is open here */

/* Parts go ahead in silence; a transaction has those that it announces, once. */
static void input_in_parts(void **state)
{
	int fd = dial_greeted();
	json_t *root;

	say(fd, PART PART WITH("\"input_parts\":2"));
	hear_error(fd, TAKEN);
	say(fd, WITH("\"input_parts\":2"));
	hear_error(fd, 1002, "2 parts, and 0 came");
	say(fd, PART WITH("\"input_parts\":2"));
	hear_error(fd, 1002, "2 parts, and 1 came");
	say(fd, PART WITH("\"input_parts\":1,\"input\":\"\""));
	hear_error(fd, 1002, "1 parts, and 1 came");
	say(fd, WITH("\"input_parts\":0"));
	hear_error(fd, 1002, "0 parts, and 0 came");
	/* One that announces none leaves them. */
	say(fd, PART WITH("\"input\":\"\"") WITH("\"input_parts\":1"));
	hear_error(fd, TAKEN);
	hear_error(fd, TAKEN);
	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"input\",\"params\":{\"text\":\"drop\"}}\n");
	root = hear(fd);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(root, "result"), "bytes")), 4);
	json_decref(root);
	/* Who begins and does not go on is dropped, and another's parts are another's. */
	sw_clock_warp(API_STALL_MS - 1);
	say(fd, PART);
	turn(3);
	sw_clock_warp(API_STALL_MS - 1);
	api_sweep();
	assert_int_equal(clients(), 1);
	sw_clock_warp(1);
	api_sweep();
	assert_int_equal(clients(), 0);
	hear_end(fd);
	fd = dial_greeted();
	say(fd, WITH("\"input_parts\":2"));
	hear_error(fd, 1002, "0 came");
	say(fd, PART);
	close(fd);
	assert_int_equal(clients(), 0);
}

static void client_limit(void **state)
{
	int fds[API_CLIENTS_MAX], extra;

	for (int i = 0; i < API_CLIENTS_MAX; i++)
		fds[i] = dial_greeted();
	extra = dial();
	hear_error(extra, 1009, "no room");
	hear_end(extra);
	ask(fds[63], 1, "ping");
	hear_id(fds[63], 1);
	close(fds[0]);
	assert_int_equal(clients(), API_CLIENTS_MAX - 1);
	close(dial_greeted());
	for (int i = 1; i < API_CLIENTS_MAX; i++)
		close(fds[i]);
	assert_int_equal(clients(), 0);
}

/* Who asks for much and reads nothing is dropped when its answers outgrow the limit. */
static void slow_reader_is_dropped(void **state)
{
	int greedy = dial_greeted(), other = dial_greeted();
	struct api_stats stats;

	say(other,
		"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"big\",\"params\":{\"size\":8388608}}\n");
	hear_error(other, 1009, "too large");
	for (int i = 0; i < 20; i++)
		say(greedy,
			"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"big\",\"params\":{\"size\":1000000}}\n");
	turn(100);
	api_stats(&stats);
	assert_int_equal(stats.dropped_clients, 1);
	assert_in_range(ran, 9, 11);
	ask(other, 1, "ping");
	hear_id(other, 1);
	close(greedy);
	close(other);
}

/* While one floods, another gets its answer within as many requests as there are clients. */
static void flood_takes_its_turn(void **state)
{
	int flood[8], other = dial_greeted();
	struct api_stats before, after;
	char chunk[4096] = "";

	while (strlen(chunk) < sizeof(chunk) - 80)
		strcat(chunk, "{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}\n");
	for (int i = 0; i < 8; i++) {
		flood[i] = dial_greeted();
		while (send(flood[i], chunk, strlen(chunk), MSG_NOSIGNAL) > 0)
			;
	}
	turn(50);
	ask(other, 1, "ping");
	api_stats(&before);
	hear_id(other, 1);
	api_stats(&after);
	assert_true(after.requests - before.requests <= 2 * 9);
	for (int i = 0; i < 8; i++)
		close(flood[i]);
	close(other);
	assert_true(clients() <= 8);
}

/* An unfinished message, an answer nobody reads: both end after a while, a quiet client does not. */
static void stalled_are_dropped(void **state)
{
	int quiet = dial_greeted(), half = dial_greeted(), deaf = dial_greeted();

	say(half, "{\"jsonrpc\"");
	say(deaf,
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"big\",\"params\":{\"size\":1000000}}\n");
	assert_int_equal(clients(), 3);
	sw_clock_warp(API_STALL_MS - 1);
	api_sweep();
	assert_int_equal(clients(), 3);
	say(half, ":");
	turn(3);
	sw_clock_warp(1);
	api_sweep();
	assert_int_equal(clients(), 1);
	ask(quiet, 1, "ping");
	hear_id(quiet, 1);
	close(quiet);
	close(half);
	close(deaf);
}

static void paths(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char longer[200] = "";
	struct sw_err err;
	struct stat st;
	int fd;

	assert_int_equal(stat(hand_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	api_stop();
	memset(longer, 'a', sizeof(longer) - 1);
	assert_true(api_start(hand_base, longer, &access_of, &err) < 0);
	assert_int_equal(err.code, SW_CODE_INVALID);

	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	strcpy(addr.sun_path, hand_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	listen(fd, 1);
	assert_true(api_start(hand_base, hand_path, &access_of, &err) < 0);
	assert_int_equal(err.code, SW_CODE_CONFLICT);
	close(fd);
	assert_int_equal(
		api_start(hand_base, hand_path, &access_of, &err), 0); /* nobody answers: stale */
	api_stop();

	fclose(fopen(hand_path, "w"));
	assert_true(api_start(hand_base, hand_path, &access_of, &err) < 0);
	assert_int_equal(err.code, SW_CODE_EXISTS);
	unlink(hand_path);
	assert_int_equal(api_start(hand_base, hand_path, &access_of, &err), 0);
}

static void peer_is_known(void **state)
{
	struct api_peer peer;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(api_peer_of(pair[0], &access_of, &peer), 0);
	assert_int_equal(peer.uid, getuid());
	assert_int_equal(peer.pid, getpid());
	assert_true(peer.user[0]);
	assert_true(api_peer_of(-1, &access_of, &peer) < 0);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	struct sw_err err;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers, start, stop),
		cmocka_unit_test_setup_teardown(notifications_are_not_answered, start, stop),
		cmocka_unit_test_setup_teardown(pipelined_in_order, start, stop),
		cmocka_unit_test_setup_teardown(one_waits_others_do_not, start, stop),
		cmocka_unit_test_setup_teardown(closing_and_stopping, start, stop),
		cmocka_unit_test_setup_teardown(too_long, start, stop),
		cmocka_unit_test_setup_teardown(long_messages, start, stop),
		cmocka_unit_test_setup_teardown(input_in_parts, start, stop),
		cmocka_unit_test_setup_teardown(client_limit, start, stop),
		cmocka_unit_test_setup_teardown(slow_reader_is_dropped, start, stop),
		cmocka_unit_test_setup_teardown(flood_takes_its_turn, start, stop),
		cmocka_unit_test_setup_teardown(stalled_are_dropped, start, stop),
		cmocka_unit_test_setup_teardown(paths, start, stop),
		cmocka_unit_test(peer_is_known),
	};
	int rc;

	assert_non_null(mkdtemp(dir));
	snprintf(hand_path, sizeof(hand_path), "%s/sock", dir);
	assert_int_equal(sw_reg_seal(&err), 0);
	sw_log_set("api", SW_LOG_OFF);
	sw_clock_stop();
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(dir);
	return rc;
}
