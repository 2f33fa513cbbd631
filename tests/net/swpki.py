# SPDX-License-Identifier: BSD-3-Clause
"""A private certificate authority of a test, made by the openssl command."""

NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    """Keys and certificates below a folder: NAME-key.pem, NAME-cert.pem, and the authority's own ca.pem."""

    def __init__(self, net, name):
        self.net, self.dir = net, net.dir / name
        self.dir.mkdir()
        self.dir.chmod(0o755)
        self.ca = self.dir / "ca.pem"
        self._openssl("req", "-x509", *NEW_KEY, "-keyout", self.dir / "ca-key.pem", "-out", self.ca,
                      "-days", "2", "-subj", f"/CN={name}")

    def _openssl(self, *words):
        self.net.run("openssl", *words, timeout=60)

    def sign(self, name):
        """(key, certificate) of a new name."""
        key, cert, request = (self.dir / f"{name}-{part}.pem" for part in ("key", "cert", "request"))
        self._openssl("req", "-new", *NEW_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        self._openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.dir / "ca-key.pem",
                      "-CAcreateserial", "-days", "2", "-out", cert)
        return key, cert
