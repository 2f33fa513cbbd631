/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See method.h. In ptcp:[PORT][:HOST] the port comes first, in tcp:HOST[:PORT] the host; an IPv6 address stands in
 * brackets.
 */
#include "method.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <sw/err.h>
#include <sw/text.h>

#define FORMS                                                                   \
	"ptcp:[PORT][:HOST], pssl:[PORT][:HOST], punix:FILE, tcp:HOST[:PORT], " \
	"ssl:HOST[:PORT], unix:FILE"
#define HOST_SIZE 256

static const struct kind {
	const char *prefix;
	bool passive, tls, local;
} kinds[] = {
	{ "ptcp:", true, false, false },
	{ "pssl:", true, true, false },
	{ "punix:", true, false, true },
	{ "tcp:", false, false, false },
	{ "ssl:", false, true, false },
	{ "unix:", false, false, true },
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int refuse(const struct method *m, const char *why, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_USAGE, "\"%s\": %s", m->text, why);

	sw_err_allowed(err, "%s", FORMS);
	return rc;
}

static int read_path(const char *path, struct method *m, struct sw_err *err)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&m->address;

	if (!*path)
		return refuse(m, "a path is missing", err);
	if (strlen(path) >= sizeof(un->sun_path))
		return refuse(m, "the path is longer than the 107 bytes of a Unix socket's", err);
	un->sun_family = AF_UNIX;
	strcpy(un->sun_path, path);
	m->len = sizeof(*un);
	return 0;
}

/* "HOST" or "[HOST]" at the start of *text, up to ':' or the end; *text is behind it. */
static int read_host(
	const char **text, const struct method *m, char host[HOST_SIZE], struct sw_err *err)
{
	bool bracket = **text == '[';
	const char *from = *text + bracket, *to = from + strcspn(from, bracket ? "]" : ":");

	if (bracket && *to != ']')
		return refuse(m, "a ']' is missing", err);
	if (to - from >= HOST_SIZE)
		return refuse(m, "the host's name is too long", err);
	snprintf(host, HOST_SIZE, "%.*s", (int)(to - from), from);
	*text = to + bracket;
	return 0;
}

static int read_port(
	const char *text, size_t len, const struct method *m, unsigned *port, struct sw_err *err)
{
	char digits[8];
	uint64_t n;

	*port = METHOD_PORT;
	if (!len)
		return 0;
	snprintf(digits, sizeof(digits), "%.*s", (int)len, text);
	if (len >= sizeof(digits) || sw_parse_u64(digits, m->passive ? 0 : 1, 65535, &n))
		return refuse(m,
			"the port is not a number up to 65535; an IPv6 address stands in []", err);
	*port = n;
	return 0;
}

static int look_up(const char *host, unsigned port, struct method *m, struct sw_err *err)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | (m->passive ? AI_PASSIVE : 0) },
			*found;
	char service[8];
	int rc;

	snprintf(service, sizeof(service), "%u", port);
	rc = getaddrinfo(host, service, &want, &found);
	if (rc)
		return sw_err_set(err, SW_CODE_DEVICE, "\"%s\": no address of host \"%s\": %s",
			m->text, host, gai_strerror(rc));
	memcpy(&m->address, found->ai_addr, found->ai_addrlen);
	m->len = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

static int read_internet(const char *rest, struct method *m, struct sw_err *err)
{
	char host[HOST_SIZE] = "0.0.0.0";
	size_t len = strcspn(rest, ":");
	unsigned port;
	int rc = 0;

	if (m->passive) {
		rc = read_port(rest, len, m, &port, err);
		rest += len;
		if (!rc && *rest == ':' && *++rest)
			rc = read_host(&rest, m, host, err);
		if (!rc && *rest)
			rc = refuse(m, "an IPv6 address stands in []", err);
		return rc ? rc : look_up(host, port, m, err);
	}
	rc = read_host(&rest, m, host, err);
	if (!rc && !*host)
		rc = refuse(m, "the host is missing", err);
	if (!rc && *rest && *rest != ':')
		rc = refuse(m, "the host is followed by something that is not :PORT", err);
	rest += *rest == ':';
	if (!rc)
		rc = read_port(rest, strlen(rest), m, &port, err);
	return rc ? rc : look_up(host, port, m, err);
}

int method_parse(const char *text, struct method *out, struct sw_err *err)
{
	memset(out, 0, sizeof(*out));
	out->text = text;
	for (size_t i = 0; i < N_KINDS; i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(text, kinds[i].prefix, len))
			continue;
		out->passive = kinds[i].passive;
		out->tls = kinds[i].tls;
		return kinds[i].local ? read_path(text + len, out, err)
				      : read_internet(text + len, out, err);
	}
	return refuse(out, "not a way to reach switches", err);
}

static unsigned port_of(const struct sockaddr *a)
{
	return ntohs(a->sa_family == AF_INET6 ? ((const struct sockaddr_in6 *)a)->sin6_port
					      : ((const struct sockaddr_in *)a)->sin_port);
}

static const char *host_text(const struct sockaddr *a, char host[INET6_ADDRSTRLEN + 2])
{
	char number[INET6_ADDRSTRLEN];

	if (a->sa_family != AF_INET6)
		return inet_ntop(
			AF_INET, &((const struct sockaddr_in *)a)->sin_addr, host, INET_ADDRSTRLEN);
	inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)a)->sin6_addr, number, sizeof(number));
	sprintf(host, "[%s]", number);
	return host;
}

const char *address_text(const struct sockaddr *a, char text[METHOD_TEXT])
{
	char host[INET6_ADDRSTRLEN + 2];

	if (a->sa_family == AF_UNIX)
		snprintf(text, METHOD_TEXT, "%s", ((const struct sockaddr_un *)a)->sun_path);
	else
		snprintf(text, METHOD_TEXT, "%s:%u", host_text(a, host), port_of(a));
	return text;
}

const char *method_text(const struct method *m, const struct sockaddr *a, char text[METHOD_TEXT])
{
	char host[INET6_ADDRSTRLEN + 2];

	if (a->sa_family == AF_UNIX)
		snprintf(text, METHOD_TEXT, "%s", m->text);
	else
		snprintf(text, METHOD_TEXT, "%.5s%u:%s", m->text, port_of(a), host_text(a, host));
	return text;
}
