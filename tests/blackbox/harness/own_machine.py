"""This process, and what it starts from then on, on a machine of their own: the
files and ports that documents name, without touching those of the real one."""

import ctypes
import os
import subprocess
import unittest

_CLONE_NEWNS = 0x00020000
_CLONE_NEWNET = 0x40000000

# What is written below these is in memory, and gone with the process.
OWN_FILES = """
mount --make-rprivate /
ip link set lo up
upper=$(mktemp -d)
mount -t tmpfs tmpfs "$upper"
for name in etc var; do
    mkdir "$upper/$name" "$upper/$name.work"
    mount -t overlay overlay /$name \\
        -o "lowerdir=/$name,upperdir=$upper/$name,workdir=$upper/$name.work"
done
mount -t tmpfs tmpfs /run
"""


def move_in():
    """Moves this process there, for good.

    SkipTest where that may not be, as in a container without the rights.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS | _CLONE_NEWNET) != 0:
        raise unittest.SkipTest(f"unshare: {os.strerror(ctypes.get_errno())}")
    done = subprocess.run(
        ["sh", "-ec", OWN_FILES], capture_output=True, text=True, timeout=60
    )
    if done.returncode != 0:
        raise unittest.SkipTest(done.stderr)
