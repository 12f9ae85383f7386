"""The admin port, as curl and Prometheus use it."""

import http.client
import typing

from .exposition import Exposition
from .waiting import PATIENCE_S


class Reply(typing.NamedTuple):
    status: int
    headers: dict
    body: str


def ask(endpoint, path, method="GET", host=None):
    """One request on a connection of its own; `host` is the Host header."""
    connection = http.client.HTTPConnection(endpoint, timeout=PATIENCE_S)
    try:
        connection.request(method, path, headers={"Host": host} if host else {})
        reply = connection.getresponse()
        headers = {name.lower(): value for name, value in reply.getheaders()}
        return Reply(reply.status, headers, reply.read().decode())
    finally:
        connection.close()


def metrics(endpoint):
    """The metrics as they are now."""
    reply = ask(endpoint, "/metrics")
    if reply.status != 200:
        raise AssertionError(f"/metrics: {reply}")
    return Exposition(reply.body)
