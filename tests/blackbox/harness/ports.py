"""Free ports on loopback."""

import contextlib
import fcntl
import os
import random
import socket
import tempfile

LOOPBACK = "127.0.0.1"

# Below Linux' ephemeral range (32768 and up), so that no outgoing connection
# or DNS question takes a port between the moment it is found and its use.
_FIRST, _LAST = 20000, 32000
_given = set()
# Its octet number N is locked by the process that was given port N.
_LOCK = os.path.join(tempfile.gettempdir(), f"spfblock-ports-{os.geteuid()}")
_lock = None


def free_port():
    """A port that is free for TCP and UDP on 127.0.0.1 and ::1.

    Never the same twice in one run, nor one that another run was given and may be
    about to use.
    """
    for _ in range(1000):
        port = random.randint(_FIRST, _LAST)
        if port not in _given and _reserve(port) and _is_free(port):
            _given.add(port)
            return port
    raise RuntimeError("no free port on loopback")


def _reserve(port):
    """Whether no other process has it; from now on this one does, until it ends."""
    global _lock
    if _lock is None:
        _lock = os.open(_LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with contextlib.suppress(BlockingIOError, PermissionError):
        fcntl.lockf(_lock, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
        return True
    return False


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
