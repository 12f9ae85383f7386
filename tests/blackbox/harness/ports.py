"""Free ports on loopback."""

import random
import socket

LOOPBACK = "127.0.0.1"

# Below Linux' ephemeral range (32768 and up), so that no outgoing connection
# or DNS question takes a port between the moment it is found and its use.
_FIRST, _LAST = 20000, 32000
_given = set()


def free_port():
    """A port that is free for TCP and UDP on 127.0.0.1 and ::1.

    Never the same twice in one run.
    """
    for _ in range(1000):
        port = random.randint(_FIRST, _LAST)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise RuntimeError("no free port on loopback")


def has_ipv6():
    """Whether this machine's loopback has ::1."""
    return _can_bind(socket.AF_INET6, socket.SOCK_STREAM, "::1", 0)


def _is_free(port):
    families = [(socket.AF_INET, LOOPBACK)]
    if has_ipv6():
        families.append((socket.AF_INET6, "::1"))
    return all(
        _can_bind(family, kind, host, port)
        for family, host in families
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)
    )


def _can_bind(family, kind, host, port):
    try:
        with socket.socket(family, kind) as probe:
            probe.bind((host, port))
            return True
    except OSError:
        return False
