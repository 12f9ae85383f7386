"""A file that does not come to its end for as long as one likes."""

import errno
import os

from .waiting import eventually


class EndlessFile:
    """A FIFO: who opens it waits for what nobody writes."""

    def __init__(self, path):
        os.mkfifo(path)
        self._path = path
        self._writer = None

    def wait_until_read(self):
        """Returns when somebody has opened it; he waits on."""

        def writer():
            try:
                return os.open(self._path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
                return None

        self._writer = eventually(writer, f"{self._path} is read")

    def end(self):
        """It is gone; who reads it comes to its end."""
        os.unlink(self._path)
        if self._writer is not None:
            os.close(self._writer)
