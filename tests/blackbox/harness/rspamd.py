"""rspamd, a milter for Postfix, with two rules of its own and Debian's log line."""

import os
import shutil
import socket
import tempfile

from .ports import LOOPBACK
from .process import Process, tool
from .waiting import eventually

# What a subject has to have.
SPAM, VIRUS = "pills", "virus"

# All but the rules is as Debian has it, as far as it has to do with the log.
_CONFIGURATION = """\
options {{
  pidfile = "{folder}/pid";
  control_socket = "{folder}/control mode=0600";
  cache_file = "{folder}/cache";
  hs_cache_dir = "{folder}";
  rrd = "";
  url_tld = "{folder}/tld";
  disable_hyperscan = true;
  filters = "regexp";
  dns {{ nameserver = ["{loopback}:53"]; }}
}}
logging {{
  .include "/etc/rspamd/logging.inc"
  type = "syslog";
  facility = "mail";
}}
actions {{ reject = 15; add_header = 6; }}
regexp {{
  MADE_SPAM {{ re = 'Subject=/{spam}/{{header}}'; score = 7.0; }}
  MADE_VIRUS {{ re = 'Subject=/{virus}/{{header}}'; score = 20.0; }}
}}
worker "rspamd_proxy" {{
  bind_socket = "{loopback}:{port}";
  milter = yes;
  count = 1;
  upstream "local" {{ self_scan = yes; default = yes; }}
}}
"""


class Rspamd:
    """Listens at `port` of loopback.  It logs by syslog(3)."""

    def __init__(self, port):
        self.milter = f"inet:{LOOPBACK}:{port}"
        self._folder = tempfile.mkdtemp(prefix="spfblock-rspamd-")
        configuration = os.path.join(self._folder, "rspamd.conf")
        with open(configuration, "w", encoding="ascii") as file:
            file.write(
                _CONFIGURATION.format(
                    folder=self._folder,
                    loopback=LOOPBACK,
                    port=port,
                    spam=SPAM,
                    virus=VIRUS,
                )
            )
        # The whole list takes a minute to compile.
        with open(os.path.join(self._folder, "tld"), "w", encoding="ascii") as file:
            file.write("example\n")
        # -i: as whoever runs the test, root it may be.
        self._process = Process([tool("rspamd"), "-f", "-i", "-c", configuration])
        try:
            eventually(lambda: _listens(port), "rspamd listens")
        except AssertionError as error:
            said = "\n".join(self._process.lines)
            self.close()
            raise AssertionError(f"{error}; rspamd said:\n{said}") from None

    def close(self):
        self._process.end()
        shutil.rmtree(self._folder, ignore_errors=True)


def _listens(port):
    try:
        with socket.create_connection((LOOPBACK, port), 1):
            return True
    except OSError:
        return False
