/* SPDX-License-Identifier: BSD-3-Clause */
/* See api_hand.h. */
#include "api_hand.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <sw/post.h>

#include "../../src/ctl/api/rpc.h"
#include "../../src/ctl/api/server.h"

struct event_base *hand_base;
char hand_path[64];

void turn(unsigned n)
{
	while (n--) {
		event_base_loop(hand_base, EVLOOP_NONBLOCK);
		sw_post_run();
	}
}

int dial(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	strcpy(addr.sun_path, hand_path);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

/* The next line, or NULL at the end of file; turns the loop until there is one. */
json_t *hear(int fd)
{
	static char line[RPC_MESSAGE_MAX * 9];
	size_t len = 0;
	json_t *root;

	for (unsigned tries = 0; tries < 100000; tries++) {
		ssize_t n = recv(fd, line + len, 1, 0);

		if (!n || (n < 0 && errno == ECONNRESET))
			return NULL;
		if (n < 0) {
			turn(1);
			continue;
		}
		tries = 0;
		if (line[len++] != '\n')
			continue;
		root = json_loadb(line, len, JSON_DECODE_ANY, NULL);
		assert_non_null(root);
		return root;
	}
	fail_msg("no answer");
	return NULL;
}

void say(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n < 0) {
			assert_int_equal(errno, EAGAIN);
			turn(1);
			continue;
		}
		text += n;
		len -= n;
	}
}

void hear_greeting(int fd)
{
	json_t *root = hear(fd);
	json_t *swd = json_object_get(root, "swd");

	assert_string_equal(json_string_value(json_object_get(swd, "version")), SW_VERSION);
	assert_int_equal(json_integer_value(json_object_get(swd, "api")), API_LEVEL);
	json_decref(root);
}

int dial_greeted(void)
{
	int fd = dial();

	hear_greeting(fd);
	return fd;
}

void hear_id(int fd, int id)
{
	json_t *root = hear(fd);

	assert_non_null(root);
	assert_non_null(json_object_get(root, "result"));
	assert_int_equal(json_integer_value(json_object_get(root, "id")), id);
	json_decref(root);
}

void hear_error(int fd, int number, const char *word)
{
	json_t *root = hear(fd), *error;

	assert_non_null(root);
	error = json_object_get(root, "error");
	assert_int_equal(json_integer_value(json_object_get(error, "code")), number);
	if (!strstr(json_string_value(json_object_get(error, "message")), word))
		fail_msg("\"%s\" does not say \"%s\"",
			json_string_value(json_object_get(error, "message")), word);
	json_decref(root);
}

void hear_end(int fd)
{
	assert_null(hear(fd));
	close(fd);
	turn(3);
}

void ask(int fd, int id, const char *method)
{
	char text[256];

	snprintf(text, sizeof(text), "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\"}\n", id,
		method);
	say(fd, text);
}
