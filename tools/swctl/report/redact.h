/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Secrets out of texts and of JSON. What looks like the name of a secret (password, passphrase, secret,
 * psk, key, token, credential, alone or as a part of a name) has its value removed, whatever the form:
 * name=value, name: value, "name":"value", --name value, a row or pair of words. Private keys in PEM and
 * passwords in URLs go too. What was removed is remembered, so that a value which shows up again without
 * its name (in an error message) is removed there by redact_known().
 *
 * It removes rather too much: a tunnel's key is no secret, but cannot be told from one that is.
 */
#ifndef SWCTL_REDACT_H
#define SWCTL_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#define REDACTED "(removed)"

struct redact {
	char **known; /* values that were removed */
	size_t n;
};

bool redact_is_name(const char *name, size_t len);

/* A copy without secrets; free() it. */
char *redact_text(struct redact *r, const char *text);

/* Without secrets, in place; strings inside as redact_text(). */
void redact_json(struct redact *r, json_t *value);

/* Remove values that were removed elsewhere; consumes the text and returns what to use instead. */
char *redact_known(const struct redact *r, char *text);

void redact_fini(struct redact *r);

#endif
