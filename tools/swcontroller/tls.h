/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TLS for pssl: and ssl: (OpenFlow 1.3.5, 6.3.3): certificates on both sides, of an authority both know. As with Open
 * vSwitch the authority alone decides who is let in; names in certificates are not compared.
 */
#ifndef SWCONTROLLER_TLS_H
#define SWCONTROLLER_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

struct options;
struct sw_err;

struct tls {
	SSL_CTX *ctx;
	const char *
		bootstrap; /* file to be made of the authority's certificate; NULL: none, or it is there */
};

int tls_init(struct tls *tls, const struct options *o, struct sw_err *err);
void tls_fini(struct tls *tls);

/* For one connection; who gets it frees it by SSL_free. */
SSL *tls_new(struct tls *tls);

/* While bootstrapping, with a peer that is connected: keep the authority's certificate that it sent. Then the
 * connection must end and be made anew, so that it is checked. */
int tls_bootstrap(struct tls *tls, SSL *ssl, struct sw_err *err);

/* Why a connection failed, in words: `error` is OpenSSL's, 0 none. */
void tls_why(SSL *ssl, unsigned long error, char *text, size_t size);

#endif
