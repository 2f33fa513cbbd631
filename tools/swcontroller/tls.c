/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See tls.h.
 */
#include "tls.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <sw/err.h>

#include "options.h"

static int refuse(const char *option, const char *file, struct sw_err *err)
{
	unsigned long why = ERR_peek_last_error();
	const char *text = errno ? strerror(errno) : ERR_reason_error_string(why);
	int rc = sw_err_set(err, SW_CODE_DEVICE, "--%s: %s cannot be used: %s", option, file,
		text ? text : "no PEM");

	ERR_clear_error();
	return rc;
}

static int load_own(SSL_CTX *ctx, const struct options *o, struct sw_err *err)
{
	int rc;

	errno = 0;
	if (SSL_CTX_use_certificate_chain_file(ctx, o->certificate) != 1)
		return refuse("certificate", o->certificate, err);
	errno = 0;
	if (SSL_CTX_use_PrivateKey_file(ctx, o->private_key, SSL_FILETYPE_PEM) == 1)
		return 0;
	if (ERR_GET_REASON(ERR_peek_last_error()) != X509_R_KEY_VALUES_MISMATCH)
		return refuse("private-key", o->private_key, err);
	rc = sw_err_set(err, SW_CODE_DEVICE, "--private-key: %s is not the key of certificate %s",
		o->private_key, o->certificate);
	ERR_clear_error();
	return rc;
}

static int load_authority(SSL_CTX *ctx, const char *file, struct sw_err *err)
{
	errno = 0;
	if (SSL_CTX_load_verify_locations(ctx, file, NULL) != 1)
		return refuse("ca-cert", file, err);
	/* So that a switch with several certificates knows which one to show. */
	SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(file));
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return 0;
}

/* While bootstrapping: see what is sent, whoever it is of. */
static int accept_any(int good, X509_STORE_CTX *store)
{
	return 1;
}

int tls_init(struct tls *tls, const struct options *o, struct sw_err *err)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());
	int rc;

	if (!ctx)
		return sw_err_set(err, SW_CODE_INTERNAL, "OpenSSL does not start");
	*tls = (struct tls){ .ctx = ctx };
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	rc = load_own(ctx, o, err);
	if (rc)
		return rc;
	if (o->bootstrap && access(o->ca_cert, F_OK)) {
		SSL_CTX_set_verify(
			ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any);
		tls->bootstrap = o->ca_cert;
		return 0;
	}
	if (!o->bootstrap && !strcmp(o->ca_cert, "none"))
		return 0;
	return load_authority(ctx, o->ca_cert, err);
}

void tls_fini(struct tls *tls)
{
	SSL_CTX_free(tls->ctx);
	tls->ctx = NULL;
}

SSL *tls_new(struct tls *tls)
{
	return SSL_new(tls->ctx);
}

/* The certificate in the chain that signed itself. */
static X509 *find_authority(SSL *ssl)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);

	for (int i = 0; chain && i < sk_X509_num(chain); i++) {
		X509 *cert = sk_X509_value(chain, i);

		if (X509_check_issued(cert, cert) == X509_V_OK && X509_check_ca(cert))
			return cert;
	}
	return NULL;
}

/* It appears whole, or not at all; one that another made meanwhile stays. */
static int write_authority(const char *path, X509 *cert, struct sw_err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	int rc = 0;

	if (!file)
		return sw_err_set(err, SW_CODE_DEVICE, "--bootstrap-ca-cert: %s cannot be made: %s",
			path, strerror(errno));
	if (PEM_write_X509(file, cert) != 1)
		rc = sw_err_set(
			err, SW_CODE_DEVICE, "--bootstrap-ca-cert: %s cannot be written", path);
	if (fclose(file) && !rc)
		rc = sw_err_set(err, SW_CODE_DEVICE,
			"--bootstrap-ca-cert: %s cannot be written: %s", path, strerror(errno));
	if (rc)
		unlink(path);
	return rc;
}

int tls_bootstrap(struct tls *tls, SSL *ssl, struct sw_err *err)
{
	X509 *cert = find_authority(ssl);
	const char *path = tls->bootstrap;
	int rc;

	if (!cert)
		return sw_err_set(err, SW_CODE_NOT_FOUND,
			"--bootstrap-ca-cert: the switch did not send its authority's certificate");
	rc = write_authority(path, cert, err);
	if (!rc)
		rc = load_authority(tls->ctx, path, err);
	if (!rc)
		tls->bootstrap = NULL;
	return rc;
}

void tls_why(SSL *ssl, unsigned long error, char *text, size_t size)
{
	long verified = SSL_get_verify_result(ssl);
	const char *reason = error ? ERR_reason_error_string(error) : NULL;

	if (verified != X509_V_OK)
		snprintf(text, size, "its certificate is refused: %s",
			X509_verify_cert_error_string(verified));
	else
		snprintf(text, size, "TLS: %s", reason ? reason : "the connection broke");
}
