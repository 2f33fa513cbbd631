/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys and certificates: files to an SSL_CTX; see tls.h. Files are read by ourselves, so that one that is no
 * ordinary file keeps nobody waiting, and an encrypted key asks nobody for a password.
 *
 * Control thread.
 */
#include "tls_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>
#include <sw/sandbox.h>

#include "tls.h"

SW_LOG_USE(openflow);

#define PEM_MAX (1024 * 1024)
#define CIPHERS "DEFAULT:@SECLEVEL=2"

enum { KEY, CERTIFICATE, CA, FILES };
static const char *const called[FILES] = { "private key", "certificate", "CA certificate" };

/* Which file it was. */
struct seen {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec changed;
};

static struct {
	char *path[FILES]; /* NULL: no files are given */
	bool bootstrap;
	bool without_ca; /* the context was made before there was a CA certificate */
	struct seen seen[FILES];
	SSL_CTX *ctx;
} tls;

void of_tls_use(const struct of_tls_files *files)
{
	const char *paths[FILES] = { files ? files->private_key : NULL,
		files ? files->certificate : NULL, files ? files->ca_cert : NULL };

	for (unsigned i = 0; i < FILES; i++) {
		free(tls.path[i]);
		tls.path[i] = paths[i] ? sw_xstrdup(paths[i]) : NULL;
	}
	tls.bootstrap = files && files->bootstrap;
	SSL_CTX_free(tls.ctx);
	tls.ctx = NULL;
}

static int cannot_read(unsigned which, int error, struct sw_err *err)
{
	const char *path = tls.path[which];
	int rc = sw_err_set(err, SW_CODE_DEVICE, "the %s %s cannot be read: %s", called[which],
		path, strerror(error));

	if (sw_sandbox_shuts_out(path)) {
		rc = sw_err_set(err, SW_CODE_DEVICE,
			"the %s %s is out of the switch's reach: put it in /etc, or its folder in "
			"extra-dirs= of section [security] of the boot file",
			called[which], path);
	}
	return rc;
}

static int cannot_use(unsigned which, const char *why, struct sw_err *err)
{
	return sw_err_set(err, SW_CODE_DEVICE, "the %s %s cannot be used: %s", called[which],
		tls.path[which], why);
}

static struct seen seen_of(const struct stat *st)
{
	return (struct seen){ st->st_dev, st->st_ino, st->st_size, st->st_mtim };
}

static bool same(const struct seen *a, const struct seen *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

/* A whole ordinary file as memory that OpenSSL reads; NULL with err. */
static BIO *open_file(unsigned which, struct seen *seen, struct sw_err *err)
{
	int fd = open(tls.path[which], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	BIO *bio = NULL;
	struct stat st;
	char *text;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st)) {
		cannot_read(which, errno, err);
	} else if (!S_ISREG(st.st_mode) || st.st_size > PEM_MAX) {
		cannot_use(which, "it is no ordinary file of at most 1 MiB", err);
	} else {
		text = sw_xcalloc(1, PEM_MAX);
		n = read(fd, text, PEM_MAX);
		*seen = seen_of(&st);
		bio = n < 0 ? NULL : BIO_new(BIO_s_mem());
		if (bio)
			BIO_write(bio, text, n);
		else
			cannot_read(which, n < 0 ? errno : ENOMEM, err);
		OPENSSL_cleanse(text, PEM_MAX);
		free(text);
	}
	if (fd >= 0)
		close(fd);
	return bio;
}

static int no_password(char *buf, int size, int writing, void *arg)
{
	return -1;
}

static int use_key(SSL_CTX *ctx, BIO *bio, struct sw_err *err)
{
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	int rc = 0;

	if (!key)
		rc = cannot_use(KEY, "it holds no private key in PEM without a password", err);
	else if (SSL_CTX_use_PrivateKey(ctx, key) != 1)
		rc = cannot_use(KEY, ERR_reason_error_string(ERR_peek_last_error()), err);
	EVP_PKEY_free(key);
	return rc;
}

static int use_certificate(SSL_CTX *ctx, BIO *bio, struct sw_err *err)
{
	X509 *own = PEM_read_bio_X509(bio, NULL, no_password, NULL), *next;
	int rc = 0;

	if (!own)
		rc = cannot_use(CERTIFICATE, "it holds no certificate in PEM", err);
	else if (SSL_CTX_use_certificate(ctx, own) != 1)
		rc = cannot_use(CERTIFICATE, ERR_reason_error_string(ERR_peek_last_error()), err);
	X509_free(own);
	while (!rc && (next = PEM_read_bio_X509(bio, NULL, no_password, NULL))) {
		SSL_CTX_add1_chain_cert(ctx, next);
		X509_free(next);
	}
	return rc;
}

static int use_ca(SSL_CTX *ctx, BIO *bio, struct sw_err *err)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	unsigned n = 0;
	X509 *ca;

	while ((ca = PEM_read_bio_X509(bio, NULL, no_password, NULL))) {
		X509_STORE_add_cert(store, ca);
		SSL_CTX_add_client_CA(ctx, ca);
		X509_free(ca);
		n++;
	}
	if (!n)
		return cannot_use(CA, "it holds no certificate in PEM", err);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return 0;
}

static int fill(SSL_CTX *ctx, struct seen seen[FILES], bool *without_ca, struct sw_err *err)
{
	static int (*const use[FILES])(
		SSL_CTX *, BIO *, struct sw_err *) = { use_key, use_certificate, use_ca };
	/* the certificate first: a key that does not fit it is told as the key's fault */
	static const unsigned order[FILES] = { CERTIFICATE, KEY, CA };
	int rc = 0;

	for (unsigned i = 0; i < FILES && !rc; i++) {
		unsigned which = order[i];
		BIO *bio;

		if (which == CA && tls.bootstrap && access(tls.path[CA], F_OK) && errno == ENOENT) {
			*without_ca = true;
			continue;
		}
		bio = open_file(which, &seen[which], err);
		rc = bio ? use[which](ctx, bio, err) : -EIO;
		BIO_free(bio);
	}
	return rc;
}

static SSL_CTX *new_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());

	if (!ctx)
		return NULL;
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					 SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				      SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL); /* until there is a CA certificate */
	if (SSL_CTX_set_cipher_list(ctx, CIPHERS) == 1)
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

static bool is_current(void)
{
	struct stat st;

	if (!tls.ctx || tls.without_ca)
		return false;
	for (unsigned i = 0; i < FILES; i++) {
		struct seen now;

		if (stat(tls.path[i], &st))
			return false;
		now = seen_of(&st);
		if (!same(&now, &tls.seen[i]))
			return false;
	}
	return true;
}

SSL_CTX *tls_context(struct sw_err *err)
{
	struct seen seen[FILES] = { { 0 } };
	bool without_ca = false;
	struct sw_err why = { 0 };
	SSL_CTX *ctx;

	if (!tls.path[KEY]) {
		sw_err_set(err, SW_CODE_CONFLICT,
			"no keys and certificates are given: swctl set-ssl KEY CERTIFICATE CA");
		return NULL;
	}
	if (is_current())
		return tls.ctx;
	ERR_clear_error();
	ctx = new_context();
	if (ctx && !fill(ctx, seen, &without_ca, &why)) {
		SSL_CTX_free(tls.ctx);
		tls.ctx = ctx;
		tls.without_ca = without_ca;
		memcpy(tls.seen, seen, sizeof(seen));
		return ctx;
	}
	SSL_CTX_free(ctx);
	if (tls.ctx && !tls.without_ca) {
		sw_warn("TLS goes on with the files as they were before: %s", why.text);
		return tls.ctx;
	}
	sw_err_set(err, SW_CODE_DEVICE, "%s", why.text[0] ? why.text : "no TLS: out of memory");
	return NULL;
}

int of_tls_check(struct sw_err *err)
{
	return tls_context(err) ? 0 : sw_err_errno(SW_CODE_DEVICE);
}

bool tls_bootstraps(void)
{
	return tls.without_ca;
}

static int cannot_keep(const char *path, struct sw_err *err)
{
	return sw_err_set(err, SW_CODE_DEVICE,
		"the CA certificate cannot be kept in %s: %s; its folder must be one that the switch "
		"may write in: its state folder, or one of extra-dirs= of the boot file",
		path, strerror(errno));
}

int tls_keep_ca(X509 *ca, struct sw_err *err)
{
	const char *path = tls.path[CA];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	bool ok;

	if (!file) {
		cannot_keep(path, err);
		if (fd >= 0)
			close(fd);
		return sw_err_errno(SW_CODE_DEVICE);
	}
	ok = PEM_write_X509(file, ca) == 1;
	ok = !fclose(file) && ok;
	if (ok) {
		sw_info("the CA certificate of the first controller is kept in %s", path);
		return 0;
	}
	cannot_keep(path, err);
	unlink(path);
	return sw_err_errno(SW_CODE_DEVICE);
}
