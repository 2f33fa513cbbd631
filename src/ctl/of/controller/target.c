/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See target.h.
 */
#include "target.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <sw/err.h>
#include <sw/text.h>

#define NO_PORT	  "has a port that is no number of 1 to 65535"
#define LABEL_MAX 63 /* bytes between two dots of a name (RFC 1035, 2.3.4) */

static const struct {
	const char *prefix;
	enum of_target_kind kind;
	bool passive;
} methods[] = {
	{ "tcp:", OF_TARGET_TCP, false },
	{ "ssl:", OF_TARGET_TLS, false },
	{ "unix:", OF_TARGET_UNIX, false },
	{ "ptcp:", OF_TARGET_TCP, true },
	{ "pssl:", OF_TARGET_TLS, true },
	{ "punix:", OF_TARGET_UNIX, true },
};

/* What is wrong, or NULL; `rest` is behind the address. */
static const char *take_host(const char *text, struct of_target *t, const char **rest)
{
	bool brackets = *text == '[';
	size_t len = brackets ? strcspn(text, "]") : strcspn(text, ":");
	const char *host = text + brackets;

	if (brackets && !text[len])
		return "has a [ without ]";
	*rest = text + len + brackets;
	len -= brackets;
	if (!len)
		return "names no host (IPv6 stands in brackets)";
	if (len >= sizeof(t->host))
		return "has a host of more than 253 bytes";
	snprintf(t->host, sizeof(t->host), "%.*s", (int)len, host);
	return NULL;
}

/* Labels of letters, digits, '-' and '_', the last not all of digits: so 10.0.0.256 is no name. */
static bool is_name(const char *host)
{
	size_t len = 0;
	bool digits = true;

	for (const char *p = host;; p++) {
		if (*p == '.' || !*p) {
			if (!len || len > LABEL_MAX)
				return false;
			if (!*p)
				return !digits;
			len = 0;
			digits = true;
			continue;
		}
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", *p))
			return false;
		digits &= *p >= '0' && *p <= '9';
		len++;
	}
}

static bool is_ipv6(const char *host)
{
	char address[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
	struct in6_addr in6;

	if (strlen(host) >= sizeof(address))
		return false;
	strcpy(address, host);
	address[strcspn(address, "%")] = '\0'; /* a link-local one with its interface */
	return inet_pton(AF_INET6, address, &in6) == 1;
}

static const char *check_host(struct of_target *t, bool brackets)
{
	struct in_addr in;

	if (brackets)
		return is_ipv6(t->host) ? NULL : "has no IPv6 address in its brackets";
	if (inet_pton(AF_INET, t->host, &in) == 1)
		return NULL;
	t->is_name = is_name(t->host);
	if (!t->is_name)
		return "has neither an address nor a name for its host (IPv6 stands in brackets)";
	return t->passive ? "names a host: to listen an address of ours is needed" : NULL;
}

static const char *take_port(const char *text, unsigned least, struct of_target *t)
{
	uint64_t port;

	if (sw_parse_u64(text, least, UINT16_MAX, &port))
		return NO_PORT;
	t->port = port;
	return NULL;
}

/* HOST[:PORT] */
static const char *parse_active(const char *text, struct of_target *t)
{
	const char *rest, *fault = take_host(text, t, &rest);

	if (!fault)
		fault = check_host(t, *text == '[');
	if (fault || !*rest)
		return fault;
	return *rest == ':' ? take_port(rest + 1, 1, t) : "has something behind its address";
}

/* [PORT][:HOST] */
static const char *parse_passive(const char *text, unsigned least, struct of_target *t)
{
	size_t len = strcspn(text, ":");
	char port[8];
	const char *rest, *fault = NULL;

	if (len >= sizeof(port))
		return NO_PORT;
	snprintf(port, sizeof(port), "%.*s", (int)len, text);
	if (len)
		fault = take_port(port, least, t);
	if (fault || !text[len])
		return fault;
	text += len + 1;
	fault = take_host(text, t, &rest);
	if (!fault)
		fault = check_host(t, *text == '[');
	return fault || !*rest ? fault : "has something behind its address";
}

static const char *parse_path(const char *text, struct of_target *t)
{
	if (!*text)
		return "names no file";
	if (strlen(text) >= sizeof(t->path))
		return "has a path of more than 107 bytes";
	strcpy(t->path, text);
	return NULL;
}

static const char *parse(const char *text, unsigned least, struct of_target *t)
{
	for (unsigned i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		size_t len = strlen(methods[i].prefix);

		if (strncmp(text, methods[i].prefix, len))
			continue;
		*t = (struct of_target){ .kind = methods[i].kind,
			.passive = methods[i].passive,
			.port = OF_TARGET_PORT };
		if (t->kind == OF_TARGET_UNIX)
			return parse_path(text + len, t);
		return t->passive ? parse_passive(text + len, least, t)
				  : parse_active(text + len, t);
	}
	return "is no way to a controller";
}

int of_target_parse(const char *text, unsigned least, struct of_target *target, struct sw_err *err)
{
	const char *fault = parse(text, least, target);
	int rc;

	if (!fault)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "\"%s\" %s", text, fault);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "tcp:HOST[:PORT], ssl:HOST[:PORT], unix:FILE, ptcp:[PORT][:ADDRESS], "
			    "pssl:[PORT][:ADDRESS], punix:FILE");
	return rc;
}

int of_target_check(const char *text, struct sw_err *err)
{
	struct of_target target;

	return of_target_parse(text, 1, &target, err);
}
