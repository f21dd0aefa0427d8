from __future__ import annotations

import shutil
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from boundaries.facades import connection
from boundaries.facades.failure import DeadlineExceeded, ServiceUnavailable
from boundaries.facades.transport import send
from tests.facades.wire.calls import a_command, a_query
from tests.facades.wire.scripted import drip, hang_up, reply, scripted

pytestmark = pytest.mark.skipif(
    not shutil.which("openssl"), reason="openssl, which makes the certificate, is not installed"
)
BODY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path.with_name("key.pem"), "-out", path]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=30)
    return path


@pytest.fixture
def tls(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    return context


@pytest.fixture(autouse=True)
def caller(settings):
    settings.BOUNDARIES = {
        "KEYS": {"parcels": ["the key of monolith and parcels"]},
        "RETRY_BASE_SECONDS": 0.001,
    }
    yield
    connection.close_connections()


class TestATrustedServer:
    @pytest.fixture(autouse=True)
    def trusted(self, certificate, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    def test_is_asked_over_one_connection(self, tls):
        with scripted(reply(), tls=tls) as server:
            assert [send(a_query(), url=server.url).status for _ in range(3)] == ["ok"] * 3

        assert {request.connection for request in server.requests} == {0}

    def test_that_drips_is_held_to_the_deadline(self, tls):
        began = time.monotonic()
        with scripted(drip(BODY), tls=tls) as server, pytest.raises(DeadlineExceeded):
            send(a_query(seconds=0.4), url=server.url)

        assert time.monotonic() - began < 1.0

    def test_whose_connection_was_stale_is_asked_again(self, tls):
        with scripted(reply(), hang_up, reply(), tls=tls) as server:
            assert [send(a_command(), url=server.url).status for _ in range(2)] == ["ok", "ok"]


class TestAnUntrustedServer:
    def test_learns_nothing_and_is_not_asked_again(self, tls):
        with scripted(reply(), tls=tls) as server, pytest.raises(ServiceUnavailable, match="certificate"):
            send(a_command(), url=server.url)

        assert server.requests == []
