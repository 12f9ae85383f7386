"""The admin port, as curl and Prometheus use it."""

import gzip
import http.client
import typing

from .exposition import Exposition
from .waiting import PATIENCE_S


class Reply(typing.NamedTuple):
    status: int
    headers: dict
    body: str


def ask(endpoint, path, method="GET", host=None, coding="identity", fields=()):
    """One request on a connection of its own; `host` is the Host header, `coding`
    Accept-Encoding, `fields` are others.  A body that is compressed is
    decompressed."""
    connection = http.client.HTTPConnection(endpoint, timeout=PATIENCE_S)
    try:
        headers = {"Accept-Encoding": coding, **({"Host": host} if host else {})}
        connection.request(method, path, headers={**headers, **dict(fields)})
        reply = connection.getresponse()
        headers = {name.lower(): value for name, value in reply.getheaders()}
        octets = reply.read()
        if octets and headers.get("content-encoding") == "gzip":
            octets = gzip.decompress(octets)
        return Reply(reply.status, headers, octets.decode())
    finally:
        connection.close()


def metrics(endpoint):
    """The metrics as they are now."""
    reply = ask(endpoint, "/metrics")
    if reply.status != 200:
        raise AssertionError(f"/metrics: {reply}")
    return Exposition(reply.body)
