/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys and certificates as OpenSSL has them. Private to tls.c. Control thread.
 */
#ifndef CTL_OF_TLS_FILES_H
#define CTL_OF_TLS_FILES_H

#include <openssl/ssl.h>

#include <stdbool.h>

struct sw_err;

/* What the files say now; owned here, good until the next call. NULL with err. */
SSL_CTX *tls_context(struct sw_err *err);

/* Is there no CA certificate yet, to be taken from a peer? After tls_context(). */
bool tls_bootstraps(void);

/* Write it to its file, which must not be there. */
int tls_keep_ca(X509 *ca, struct sw_err *err);

#endif
