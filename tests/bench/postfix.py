#!/usr/bin/python3
"""Measures what Postfix pays for a lookup in spfblock and in its own tables.

usage: scripts/bench postfix [--json FILE] [--rounds N] [--quick]

First `postmap -q -` with the same addresses against tcp: (spfblock), cdb:, lmdb:
and hash: (with the octet keys that one would write by hand: each network cut
into /24s and single addresses) and cidr:, with 100, 10,000 and 100,000 networks.
Those maps know no networks, so postmap is given the keys that smtpd would try:
the address, then its leading octets, until one is found.

Then SMTP sessions (connect, EHLO, MAIL, RCPT, QUIT) of a private Postfix that
checks its clients against spfblock, against cidr: and against nothing.

A round measures each table once, one right after the other; a figure is the
median over the rounds.  Exits 1 if a table gave a wrong answer.
"""

import ipaddress
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, CHECKOUT)
sys.dont_write_bytecode = True
from tests.bench import measure  # noqa: E402
from tests.blackbox.harness import smtp  # noqa: E402
from tests.blackbox.harness.ports import LOOPBACK, free_port  # noqa: E402
from tests.blackbox.harness.postfix import Postfix  # noqa: E402
from tests.blackbox.harness.process import tool  # noqa: E402
from tests.blackbox.harness.spfblock import Spfblock  # noqa: E402

COUNTS = [100, 10_000, 100_000]
QUICK_COUNTS = [100, 10_000]
SESSION_NETWORKS = 10_000
CLIENTS = 10  # SMTP sessions at once
ADDRESSES = 20_000  # asked for in a run
CIDR_STEPS = 300_000_000  # networks that cidr: may look at in a run
ACTION = "REJECT"
INDEXED = ["cdb", "lmdb", "hash"]
TABLES = ["tcp", *INDEXED, "cidr"]
TIMEOUT_S = 120


class Networks:
    """Random networks of /24 to /32, far apart, and addresses to ask for."""

    def __init__(self, count, seed=1):
        chance = random.Random(seed)
        places = chance.sample(range(11 << 16, 100 << 16), count)
        self.listed = []
        for place in places:
            length = chance.choice([32] * 4 + [24] * 3 + [28, 29, 30, 25])
            address = (place << 8 | chance.getrandbits(8)) >> 32 - length
            self.listed.append(ipaddress.ip_network((address << 32 - length, length)))
        self._chance = chance

    def addresses(self, count):
        """[(address, its network or None)]: half of them are listed."""
        listed = {int(each.network_address) >> 8: each for each in self.listed}
        found = []
        for number in range(count):
            if number % 2 == 0:
                network = self._chance.choice(self.listed)
                offset = self._chance.randrange(network.num_addresses)
                found.append((str(network[offset]), network))
            else:
                address = self._chance.randrange(11 << 24, 100 << 24)
                network = listed.get(address >> 8)
                parsed = ipaddress.ip_address(address)
                if network is not None and parsed not in network:
                    network = None
                found.append((str(parsed), network))
        return found

    def octet_keys(self):
        """The keys of access(5) that list the same: a.b.c for a /24, else hosts."""
        for each in self.listed:
            if each.prefixlen == 24:
                yield str(each.network_address).rpartition(".")[0]
            else:
                yield from map(str, each)


class Tables:
    """The same networks as Postfix' own tables, and in spfblock."""

    def __init__(self, folder, networks):
        self.folder = folder
        os.makedirs(folder)
        self.configuration = folder
        with open(os.path.join(folder, "main.cf"), "w", encoding="ascii") as file:
            file.write(
                "compatibility_level = 3.6\n"
                "berkeley_db_create_buffer_size = 67108864\n"
                "lmdb_map_size = 268435456\n"
            )
        self.names = {}
        with open(self.path("octets"), "w", encoding="ascii") as file:
            file.writelines(f"{key} {ACTION}\n" for key in networks.octet_keys())
        for kind in INDEXED:
            self.names[kind] = f"{kind}:{self.path('octets')}"
            self.postmap(self.names[kind])
        with open(self.path("cidr"), "w", encoding="ascii") as file:
            file.writelines(f"{each} {ACTION}\n" for each in networks.listed)
        self.names["cidr"] = f"cidr:{self.path('cidr')}"
        self.spfblock = Spfblock(
            {
                "action": ACTION,
                "networks": [{"network": str(each)} for each in networks.listed],
                "log": {"level": "notice"},
            }
        )
        self.names["tcp"] = f"tcp:{LOOPBACK}:{self.spfblock.port}"

    def path(self, name):
        return os.path.join(self.folder, name)

    def close(self):
        self.spfblock.close()

    def postmap(self, *words, keys=""):
        """Its output and its processor time in seconds."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [tool("postmap"), "-c", self.configuration, *words],
            input=keys,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode not in (0, 1) or done.stderr:
            sys.exit(f"postfix: postmap {words}: {done.stderr}")
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return done.stdout, cpu

    def lookups(self, kind, addresses):
        """One run over all addresses; the time of a run without keys is not
        counted: postmap opens the table once, smtpd for many lookups, too."""
        keys, expected = keys_of(kind, addresses)
        _, idle = self.timed(kind, "")
        answers, busy = self.timed(kind, "".join(key + "\n" for key in keys))
        found = {line.partition("\t")[0] for line in answers.splitlines()}
        return {
            "wall_us": (busy["wall"] - idle["wall"]) / len(addresses) * 1e6,
            "cpu_us": (busy["cpu"] - idle["cpu"]) / len(addresses) * 1e6,
            "wrong": len(found ^ expected),
        }

    def timed(self, kind, keys):
        server = measure.cpu_seconds(self.spfblock.pid) if kind == "tcp" else 0
        begin = time.monotonic()
        answers, cpu = self.postmap("-q", "-", self.names[kind], keys=keys)
        wall = time.monotonic() - begin
        if kind == "tcp":
            cpu += measure.cpu_seconds(self.spfblock.pid) - server
        return answers, {"wall": wall, "cpu": cpu}


def keys_of(kind, addresses):
    """What is asked of such a table, and which of these keys it must find.

    Of an indexed table smtpd asks for the address, then for its leading octets,
    until something is found.
    """
    if kind not in INDEXED:
        return [key for key, _ in addresses], {key for key, net in addresses if net}
    keys, found = [], set()
    for address, network in addresses:
        tries = [address.rsplit(".", cut)[0] for cut in range(4)]
        if network is not None:
            tries = tries[: 2 if network.prefixlen == 24 else 1]
            found.add(tries[-1])
        keys += tries
    return keys, found


def measure_lookups(options, folder, count):
    """All rounds with so many networks: {table: figures} each."""
    networks = Networks(count)
    tables = Tables(os.path.join(folder, str(count)), networks)
    try:
        rounds = []
        for _ in range(options.rounds):
            addresses = networks.addresses(ADDRESSES)
            rounds.append(
                {
                    kind: tables.lookups(kind, addresses[: most_of(kind, count)])
                    for kind in TABLES
                }
            )
    finally:
        tables.close()
    print(f"postfix: {count:,} networks done", file=sys.stderr)
    return {"networks": count, "rounds": rounds}


def most_of(kind, count):
    """cidr: looks at one network after the other."""
    return ADDRESSES if kind != "cidr" else min(ADDRESSES, CIDR_STEPS // count)


def print_lookups(results):
    for what, title in ("cpu_us", "Processor time"), ("wall_us", "Time"):
        print(f"\n{title} of postmap, and of spfblock, an address in us\n")
        head = ["networks", *(f"{each}:" for each in TABLES)]
        head += [f"{each}: / tcp:" for each in TABLES[1:]]
        rows = []
        for each in results:
            rounds = each["rounds"]
            row = [f"{each['networks']:,}"]
            row += [f"{measure.median(rounds, kind, what):.2f}" for kind in TABLES]
            row += [f"{ratio(rounds, kind, what):.3f}" for kind in TABLES[1:]]
            rows.append(row)
        measure.table(head, rows)


def ratio(rounds, kind, what):
    return statistics.median(each[kind][what] / each["tcp"][what] for each in rounds)


class BenchPostfix(Postfix):
    """With an smtpd for each of `restrictions`, by name; see `ports`."""

    def __init__(self, table_port, restrictions):
        self._restrictions = restrictions
        self.ports = {name: free_port() for name in restrictions}
        super().__init__(table_port)

    def _main_cf(self):
        # Sessions that send no mail would use up the tokens of the flow control.
        return super()._main_cf() + "in_flow_delay = 0\n"

    def _smtpd_service(self):
        return super()._smtpd_service() + "".join(
            f"{LOOPBACK}:{self.ports[name]} inet n - n - - smtpd\n"
            f"  -o {{ smtpd_client_restrictions = {restriction} }}\n"
            for name, restriction in self._restrictions.items()
        )


def restrictions_in(folder):
    """The tables, with this machine's address listed or not, and what serves
    them: ({name: restriction}, [parts to close])."""
    os.mkdir(folder)
    os.chmod(folder, 0o755)
    os.chmod(os.path.dirname(folder), 0o755)  # Postfix' daemons run as `postfix`
    listed = [str(each) for each in Networks(SESSION_NETWORKS).listed]
    made, parts = {"none": ""}, []
    for name, networks in ("not listed", listed), ("listed", [*listed, LOOPBACK]):
        server = Spfblock(
            {
                "action": ACTION,
                "networks": [{"network": each} for each in networks],
                "log": {"level": "notice"},
            }
        )
        parts.append(server)
        path = os.path.join(folder, name.replace(" ", "_"))
        with open(path, "w", encoding="ascii") as file:
            file.writelines(f"{each} {ACTION}\n" for each in networks)
        for table in f"tcp:{LOOPBACK}:{server.port}", f"cidr:{path}":
            kind = table.partition(":")[0]
            made[f"{kind}: {name}"] = f"check_client_access {table}"
    return made, parts


def sessions(port, rejected, seconds):
    """Sessions a second, CLIENTS at once, and how many ended otherwise."""
    wrong = [0] * CLIENTS
    done = [0] * CLIENTS
    end = time.monotonic() + seconds

    def run(number):
        while time.monotonic() < end:
            with smtp.Smtp(port) as session:
                code, _ = session.recipient_reply()
                session.command("QUIT")
            done[number] += 1
            wrong[number] += code != (554 if rejected else 250)

    begin = time.monotonic()
    threads = [threading.Thread(target=run, args=(each,)) for each in range(CLIENTS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    rate = sum(done) / (time.monotonic() - begin)
    return {"rate": rate, "wrong": sum(wrong)}


def measure_sessions(options, folder):
    restrictions, parts = restrictions_in(os.path.join(folder, "sessions"))
    try:
        postfix = BenchPostfix(parts[0].port, restrictions)
        parts.append(postfix)
        for name, port in postfix.ports.items():  # the first ones are slow
            sessions(port, name.endswith(": listed"), 0.2)
        return [
            {
                name: sessions(port, name.endswith(": listed"), options.seconds)
                for name, port in postfix.ports.items()
            }
            for _ in range(options.rounds)
        ]
    finally:
        for each in reversed(parts):
            each.close()


def print_sessions(rounds):
    print(f"\nSMTP sessions, {SESSION_NETWORKS:,} networks, {CLIENTS} at once\n")
    rows = []
    for name in rounds[0]:
        share = statistics.median(
            each[name]["rate"] / each["none"]["rate"] for each in rounds
        )
        rows.append([name, f"{measure.median(rounds, name, 'rate'):,.0f}"])
        rows[-1].append(f"{share:.2f}")
    measure.table(["table", "sessions/s", "/ none"], rows)


def main():
    parser = measure.parser_of(__doc__, rounds=5)
    parser.add_argument("--seconds", type=float, default=2, help="of sessions a run")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 0.5
    counts = QUICK_COUNTS if options.quick else COUNTS
    with tempfile.TemporaryDirectory(prefix="spfblock-bench-") as folder:
        lookups = [measure_lookups(options, folder, each) for each in counts]
        rounds = measure_sessions(options, folder)
    print_lookups(lookups)
    print_sessions(rounds)
    wrong = sum(
        figures["wrong"]
        for one in [*(each["rounds"] for each in lookups), rounds]
        for each in one
        for figures in each.values()
    )
    print(f"\n{wrong} answers wrong")
    measure.write_json(options.json, {"lookups": lookups, "sessions": rounds})
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
