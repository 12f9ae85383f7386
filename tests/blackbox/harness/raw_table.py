"""A tcp_table(5) server that says what it is told to, right or wrong."""

import socketserver
import threading
import urllib.parse

from .ports import LOOPBACK


class RawTable:
    """Answers `get KEY` with the value of the key, whatever that is."""

    def __init__(self, values):
        self.values = dict(values)
        table = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                for line in self.rfile:
                    _, _, key = line.decode("ascii").strip().partition(" ")
                    self.wfile.write(table.reply(key).encode("ascii"))

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server((LOOPBACK, 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def reply(self, key):
        value = self.values.get(urllib.parse.unquote(key))
        if value is None:
            return "500 not listed\n"
        return f"200 {urllib.parse.quote(value, safe=' :@/[]<>')}\n"

    def close(self):
        self._server.shutdown()
        self._server.server_close()
