/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Errors that a person will read. A function on the control side returns 0 or a negative errno and fills
 * the struct sw_err given as last argument: a sentence that names the offending value, and what is
 * allowed and what to do next in fields of their own. The code decides the string of the API, the exit
 * status of swctl and the errno.
 *
 * room: base. Thread: any but workers. The caller owns the struct; nothing is allocated. NULL is
 * accepted as err everywhere and loses the text only.
 */
#ifndef SW_ERR_H
#define SW_ERR_H

/* Kinds of failure. The strings (sw_err_code_name) are part of the API; the numbers are not. */
enum sw_code {
	SW_CODE_OK,
	SW_CODE_INVALID,   /* "invalid": a value that can never be right; -EINVAL */
	SW_CODE_USAGE,	   /* "usage": unknown command, option, method, missing argument; -EINVAL */
	SW_CODE_NOT_FOUND, /* "not-found": the named thing does not exist; -ENOENT */
	SW_CODE_EXISTS,	   /* "exists": the name is taken; -EEXIST */
	SW_CODE_CONFLICT,  /* "conflict": does not fit what is there now; -EBUSY */
	SW_CODE_UNSUPPORTED, /* "not-supported": known to users of OVS, not to be had here yet; -ENOTSUP */
	SW_CODE_PERMISSION, /* "permission": -EPERM */
	SW_CODE_DEVICE,	  /* "device": a device, socket or file could not be opened or used; -EIO */
	SW_CODE_LIMIT,	  /* "limit": a stated limit is reached; -ENOSPC */
	SW_CODE_TIMEOUT,  /* "timeout": -ETIMEDOUT */
	SW_CODE_INTERNAL, /* "internal": a bug of ours or of the machine; -EFAULT */
	SW_CODE_COUNT
};

struct sw_err {
	enum sw_code code;
	char text[400];	   /* the sentence, no full stop at the end */
	char path[128];	   /* where: "ports[2].tag", "line 7", or "" */
	char given[128];   /* the offending value, or "" */
	char allowed[256]; /* what would be allowed, or "" */
	char hint[256];	   /* what to do next, or "" */
	char nearest[64];  /* did you mean, or "" */
};

/* Replace all of err with a code and a sentence. Returns the negative errno of the code. */
int sw_err_set(struct sw_err *err, enum sw_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Fill one more field; the text is cut where it does not fit. */
void sw_err_path(struct sw_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sw_err_given(struct sw_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sw_err_allowed(struct sw_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sw_err_hint(struct sw_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sw_err_nearest(struct sw_err *err, const char *name);

/* Put `fmt` and ": " before the sentence, for a caller that knows more of the place. */
void sw_err_prefix(struct sw_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The string of a code as the API carries it ("not-found"); "internal" for an unknown one. */
const char *sw_err_code_name(enum sw_code code);

/* What a code means, for people. */
const char *sw_err_code_help(enum sw_code code);

/* The negative errno that belongs to a code. */
int sw_err_errno(enum sw_code code);

#endif
