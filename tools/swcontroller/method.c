/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See method.h.
 */
#include "method.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <sw/err.h>

#include "../../src/ctl/of/controller/target.h"

static void take_path(const struct of_target *t, struct method *m)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&m->address;

	un->sun_family = AF_UNIX;
	strcpy(un->sun_path, t->path);
	m->len = sizeof(*un);
}

static int look_up(const struct of_target *t, struct method *m, struct sw_err *err)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | (t->passive ? AI_PASSIVE : 0) },
			*found;
	char service[8];
	int rc;

	snprintf(service, sizeof(service), "%u", t->port);
	rc = getaddrinfo(t->host[0] ? t->host : "0.0.0.0", service, &want, &found);
	if (rc)
		return sw_err_set(err, SW_CODE_DEVICE, "\"%s\": no address of host \"%s\": %s",
			m->text, t->host, gai_strerror(rc));
	memcpy(&m->address, found->ai_addr, found->ai_addrlen);
	m->len = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

int method_parse(const char *text, struct method *out, struct sw_err *err)
{
	struct of_target t;
	int rc = of_target_parse(text, 0, &t, err);

	*out = (struct method){ .text = text };
	if (rc) {
		err->code = SW_CODE_USAGE;
		return rc;
	}
	out->passive = t.passive;
	out->tls = t.kind == OF_TARGET_TLS;
	if (t.kind != OF_TARGET_UNIX)
		return look_up(&t, out, err);
	take_path(&t, out);
	return 0;
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
