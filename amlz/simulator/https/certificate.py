"""A certificate for loopback, made by the command `openssl` at each start. Its key is never kept in a file."""

from __future__ import annotations

import ssl
import subprocess
import tempfile
from pathlib import Path

#: Days for which a certificate is valid.
DAYS = 30
_NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"
_USE = ("keyUsage=critical,digitalSignature,keyCertSign", "extendedKeyUsage=serverAuth")


class NoCertificate(Exception):
    """No certificate can be made: why, and what to do."""


def made() -> tuple[ssl.SSLContext, str]:
    """Returns a server's context, and the certificate that its clients have to trust. Raises NoCertificate."""
    with tempfile.TemporaryDirectory(prefix="amlz-") as folder:  # only this user may read it
        key, certificate = Path(folder) / "key.pem", Path(folder) / "certificate.pem"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(DAYS)]
        command += ["-subj", "/CN=localhost/O=amlz simulate", "-keyout", str(key), "-out", str(certificate)]
        for extension in (_NAMES, *_USE):
            command += ["-addext", extension]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        except FileNotFoundError:
            raise NoCertificate(
                "No certificate can be made: the command `openssl` is not installed. Install OpenSSL 1.1.1 or later."
            ) from None
        except (OSError, subprocess.SubprocessError) as problem:
            last = str(getattr(problem, "stderr", "") or problem).strip().splitlines()[-1:]
            raise NoCertificate(
                f"No certificate can be made: `openssl req -x509` failed ({''.join(last)}). "
                "Install OpenSSL 1.1.1 or later."
            ) from None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(certificate, key)
        return context, certificate.read_text(encoding="ascii")
