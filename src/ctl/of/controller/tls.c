/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TLS as a stream; see tls.h. What is read of files is in tls_files.c. Control thread.
 */
#include "tls.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <sw/err.h>
#include <sw/log.h>

#include "tls_files.h"

SW_LOG_USE(openflow);

/* Why the last call failed, in OpenSSL's words. */
static const char *reason(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *text = code ? ERR_reason_error_string(code) : NULL;

	return text ? text : "the other side hung up";
}

int of_tls_open(struct of_stream *stream, int fd, bool server, struct sw_err *err)
{
	SSL_CTX *ctx = tls_context(err);
	SSL *ssl;

	if (!ctx)
		return sw_err_errno(SW_CODE_DEVICE);
	if (server && tls_bootstraps())
		return sw_err_set(err, SW_CODE_DEVICE,
			"who comes to us cannot be known before there is a CA certificate, and only "
			"a controller that we connect to may bring it");
	ERR_clear_error();
	ssl = SSL_new(ctx);
	if (!ssl || !SSL_set_fd(ssl, fd)) {
		SSL_free(ssl);
		return sw_err_set(err, SW_CODE_INTERNAL, "no TLS connection: %s", reason());
	}
	if (server)
		SSL_set_accept_state(ssl);
	else
		SSL_set_connect_state(ssl);
	*stream = (struct of_stream){ .cls = &of_stream_tls, .fd = fd, .state = ssl };
	return 0;
}

/* The authority's certificate is the last of what the peer showed, and signed by itself. */
static int bootstrap(SSL *ssl, struct sw_err *err)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	X509 *ca =
		chain && sk_X509_num(chain) ? sk_X509_value(chain, sk_X509_num(chain) - 1) : NULL;
	int rc;

	if (!ca || X509_check_issued(ca, ca) != X509_V_OK || !X509_check_ca(ca))
		return sw_err_set(err, SW_CODE_DEVICE,
			"the controller does not show its authority's certificate, so it cannot be "
			"taken from it: bring it here by other means");
	rc = tls_keep_ca(ca, err);
	if (rc)
		return rc;
	/* What it is worth shows on the next connection, which is held to it. */
	return sw_err_set(err, SW_CODE_CONFLICT, "its authority's certificate is kept now");
}

static int failed(SSL *ssl, int code, struct sw_err *err)
{
	long verify = SSL_get_verify_result(ssl);

	if (code == SSL_ERROR_SYSCALL && errno)
		return sw_err_set(err, SW_CODE_DEVICE, "TLS handshake: %s", strerror(errno));
	if (verify != X509_V_OK)
		return sw_err_set(err, SW_CODE_DEVICE, "the peer's certificate is not accepted: %s",
			X509_verify_cert_error_string(verify));
	return sw_err_set(err, SW_CODE_DEVICE, "TLS handshake: %s", reason());
}

int of_tls_shake(struct of_stream *stream, struct sw_err *err)
{
	SSL *ssl = stream->state;
	int rc, code;

	ERR_clear_error();
	errno = 0;
	rc = SSL_do_handshake(ssl);
	if (rc == 1)
		return SSL_get_verify_mode(ssl) == SSL_VERIFY_NONE ? bootstrap(ssl, err) : 0;
	code = SSL_get_error(ssl, rc);
	if (code == SSL_ERROR_WANT_READ)
		return OF_TLS_READ;
	if (code == SSL_ERROR_WANT_WRITE)
		return OF_TLS_WRITE;
	return failed(ssl, code, err);
}

/* Neither renegotiation nor SSL_MODE_AUTO_RETRY is on, so reading never waits for writing nor the reverse, and a
 * record without data does not keep a call. */
static ssize_t result(SSL *ssl, int n)
{
	int error = errno;

	switch (SSL_get_error(ssl, n)) {
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return -EAGAIN;
	case SSL_ERROR_SYSCALL:
		return error ? -error : -ECONNRESET;
	default:
		sw_debug("TLS: %s", reason());
		return -EPROTO;
	}
}

static ssize_t tls_recv(struct of_stream *stream, void *buf, size_t size)
{
	int n;

	ERR_clear_error();
	errno = 0;
	n = SSL_read(stream->state, buf, size);
	return n > 0 ? n : result(stream->state, n);
}

static ssize_t tls_send(struct of_stream *stream, const void *buf, size_t len)
{
	int n;

	ERR_clear_error();
	errno = 0;
	n = SSL_write(stream->state, buf, len);
	if (n > 0)
		return n;
	n = result(stream->state, n);
	return n ? n : -EPIPE;
}

static void tls_close(struct of_stream *stream)
{
	ERR_clear_error();
	if (SSL_is_init_finished(stream->state))
		SSL_shutdown(stream->state); /* tells the peer, and does not wait */
	SSL_free(stream->state);
	close(stream->fd);
	stream->state = NULL;
	stream->fd = -1;
}

const struct of_stream_class of_stream_tls = {
	.name = "ssl",
	.recv = tls_recv,
	.send = tls_send,
	.close = tls_close,
};
