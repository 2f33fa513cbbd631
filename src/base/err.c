/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Errors for people: one table of codes (API string, errno) and setters that cut what does not fit.
 */
#include <sw/err.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int number;
	const char *help;
} codes[SW_CODE_COUNT] = {
	[SW_CODE_OK] = { "ok", 0, "no error" },
	[SW_CODE_INVALID] = { "invalid", EINVAL, "a value that can never be right" },
	[SW_CODE_USAGE] = { "usage", EINVAL,
		"unknown command, option or method, missing argument" },
	[SW_CODE_NOT_FOUND] = { "not-found", ENOENT, "the named thing does not exist" },
	[SW_CODE_EXISTS] = { "exists", EEXIST, "the name is taken" },
	[SW_CODE_CONFLICT] = { "conflict", EBUSY, "does not fit what is there now" },
	[SW_CODE_UNSUPPORTED] = { "not-supported", ENOTSUP,
		"known to users of OVS, not to be had here yet" },
	[SW_CODE_PERMISSION] = { "permission", EPERM, "not permitted" },
	[SW_CODE_DEVICE] = { "device", EIO,
		"a device, socket or file could not be opened or used" },
	[SW_CODE_LIMIT] = { "limit", ENOSPC, "a stated limit is reached" },
	[SW_CODE_TIMEOUT] = { "timeout", ETIMEDOUT, "it took too long" },
	[SW_CODE_INTERNAL] = { "internal", EFAULT, "a bug of the switch, or of the machine" },
};

const char *sw_err_code_name(enum sw_code code)
{
	return (unsigned)code < SW_CODE_COUNT ? codes[code].name : "internal";
}

const char *sw_err_code_help(enum sw_code code)
{
	return (unsigned)code < SW_CODE_COUNT ? codes[code].help : "";
}

int sw_err_errno(enum sw_code code)
{
	return (unsigned)code < SW_CODE_COUNT ? -codes[code].number : -EFAULT;
}

int sw_err_set(struct sw_err *err, enum sw_code code, const char *fmt, ...)
{
	va_list ap;
	char text[sizeof(err->text)]; /* fmt's arguments may point into err */

	if (!err)
		return sw_err_errno(code);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	memset(err, 0, sizeof(*err));
	err->code = code;
	memcpy(err->text, text, sizeof(text));
	return sw_err_errno(code);
}

#define FIELD_SETTER(field)                                           \
	void sw_err_##field(struct sw_err *err, const char *fmt, ...) \
	{                                                             \
		va_list ap;                                           \
                                                                      \
		if (!err)                                             \
			return;                                       \
		va_start(ap, fmt);                                    \
		vsnprintf(err->field, sizeof(err->field), fmt, ap);   \
		va_end(ap);                                           \
	}

FIELD_SETTER(path)
FIELD_SETTER(given)
FIELD_SETTER(allowed)
FIELD_SETTER(hint)

void sw_err_nearest(struct sw_err *err, const char *name)
{
	if (err && name)
		snprintf(err->nearest, sizeof(err->nearest), "%s", name);
}

void sw_err_prefix(struct sw_err *err, const char *fmt, ...)
{
	char head[sizeof(err->text)], text[sizeof(err->text)];
	va_list ap;

	if (!err)
		return;
	va_start(ap, fmt);
	vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	memcpy(text, err->text, sizeof(text));
	snprintf(err->text, sizeof(err->text), "%.150s: %.240s", head, text);
}
