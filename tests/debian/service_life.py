"""What tests/debian/real_systemd does inside the container: the life of the
service beside Debian's Postfix, under a real systemd.

Mail goes on all the time: SMTP sessions whose every reply is judged.  In no step
may one be wrong, deferred or cut off, nor take nine seconds, which is when smtpd
gives up.  A line on standard output for each step, all else on standard error.
"""

import http.client
import json
import os
import pwd
import shutil
import subprocess
import sys
import threading
import time
import traceback

from tests.blackbox.harness import smtp
from tests.blackbox.harness.patient_clients import PatientClients
from tests.blackbox.harness.tcp_table import Reply
from tests.blackbox.harness.waiting import eventually

FILE = "/etc/spfblock/spfblock.json"
LIST = "/etc/spfblock/domains.d/others.txt"
ACCEPTED = "/var/lib/spfblock/accepted.json"
ZONE = "/etc/spfblock/zone"
DROP_IN = "/etc/systemd/system/spfblock.socket.d/override.conf"
PACKAGE = "/root/spfblock.deb"
NEXT_PACKAGE = "/root/spfblock-next.deb"
OLDER_PACKAGE = "/root/spfblock-older.deb"  # only with --older
# Of a fleet, as the package has them.
FLEET = "/usr/share/doc/spfblock/examples/fleet"
PUBLISHED = "/var/lib/spfblock/public/bl.example.org.zone"
PRIMARYS_COPY = "/var/lib/nsd/bl.example.org.zone"
TOLD = "/var/tmp/told"  # what stands for NSD was told of, a file a line
REBOOTED = "/var/tmp/rebooted"
ALL_DONE = "/var/tmp/all_done"

PORT = 10060
SMTP_PORT = 25
SESSIONS = 8
CLIENTS = 100
RESTARTS = 10
# Nine waits of a second between ten attempts: then smtpd says 451.
LONGEST_SESSION_S = 9.0

LISTED = "45.120.197.160"
OF_THE_LIST = "62.1.2.3"
OTHER = "45.130.1.1"
REJECTED = {LISTED: "toramaki.net", OF_THE_LIST: "others.example"}

ZONE_TEXT = """\
toramaki.net.   3600 IN TXT "v=spf1 ip4:45.120.196.0/22 ~all"
others.example. 3600 IN TXT "v=spf1 ip4:62.1.2.0/24 ~all"
"""
CONFIGURATION = {
    "action": "REJECT listed in the SPF record of {domain}",
    "domains": ["toramaki.net"],
    "domain_files": ["domains.d/*.txt"],
    "allow": {"providers": False},
    "resolver": {"zone_file": ZONE},
}
MAIN_CF = {
    "myhostname": "mx.recipient.invalid",
    "mydestination": "recipient.invalid",
    "local_recipient_maps": "",
    "inet_interfaces": "loopback-only",
    "smtpd_authorized_xclient_hosts": "127.0.0.1",
    "smtpd_peername_lookup": "no",
    "smtpd_error_sleep_time": "0",
    "smtpd_client_connection_count_limit": "0",
    "smtpd_recipient_restrictions": "reject_unauth_destination",
    "smtpd_client_restrictions": f"check_client_access tcp:127.0.0.1:{PORT}",
}


def say(text):
    print(text, flush=True)


def run(*command, status=0):
    """Runs it; returns what it said.  AssertionError for another exit status."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )
    print(f"$ {' '.join(command)}\n{done.stdout}", file=sys.stderr, flush=True)
    if status is not None and done.returncode != status:
        raise AssertionError(
            f"{' '.join(command)}: exit status {done.returncode}, not {status}:"
            f" {done.stdout}"
        )
    return done.stdout


def property_of(unit, name):
    return run("systemctl", "show", "-P", name, unit).strip()


def write(path, text):
    """Replaces a file; everybody may read it."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path + ".new", 0o644)
    os.replace(path + ".new", path)


def write_configuration(**changes):
    write(FILE, json.dumps({**CONFIGURATION, **changes}))


def write_typo():
    write(FILE, json.dumps(CONFIGURATION).replace('"domains"', '"domainz"'))


class Mail:
    """SMTP sessions, one after the other on each of some threads, until stop()."""

    def __init__(self):
        self._stopping = threading.Event()
        self._mutex = threading.Lock()
        self._wrong = []
        self._longest_s = 0.0
        self._count = 0
        self._threads = [
            threading.Thread(target=self._go_on, args=(place,), daemon=True)
            for place in range(SESSIONS)
        ]
        for each in self._threads:
            each.start()

    def judge(self):
        """Waits for sessions begun from now on, then judges all since the last
        call; returns what there was in words."""
        enough = self._count + 2 * SESSIONS
        eventually(lambda: self._count >= enough, "sessions go on")
        with self._mutex:
            wrong, longest_s = self._wrong, self._longest_s
            count, self._count = self._count, 0
            self._wrong, self._longest_s = [], 0.0
        if wrong:
            raise AssertionError(f"{len(wrong)} of {count} sessions: {wrong[:3]}")
        if longest_s >= LONGEST_SESSION_S:
            raise AssertionError(f"a session took {longest_s:.1f} s")
        return f"{count} sessions, the longest {longest_s:.1f} s"

    def stop(self):
        self._stopping.set()
        for each in self._threads:
            each.join()

    def _go_on(self, place):
        addresses = [LISTED, OTHER, OF_THE_LIST]
        while not self._stopping.wait(0.05):
            address = addresses[place % len(addresses)]
            place += 1
            begun = time.monotonic()
            try:
                reply = smtp.reply_to(SMTP_PORT, address)
            except (AssertionError, OSError) as error:
                reply = (0, repr(error))
            took_s = time.monotonic() - begun
            with self._mutex:
                self._count += 1
                self._longest_s = max(self._longest_s, took_s)
                if not is_right(address, reply):
                    self._wrong.append((address, reply))


def is_right(address, reply):
    code, text = reply
    domain = REJECTED.get(address)
    if domain is None:
        return code == 250
    return code == 554 and text.endswith(f"listed in the SPF record of {domain}")


def in_force():
    """Until both domains answer: the first look at them follows the start."""
    for address in REJECTED:
        eventually(
            lambda address=address: is_right(address, smtp.reply_to(SMTP_PORT, address)),
            f"{address} is rejected",
        )


def health():
    """(status, reason) of /healthz."""
    connection = http.client.HTTPConnection("127.0.0.1:10061", timeout=10)
    connection.request("GET", "/healthz")
    reply = connection.getresponse()
    return reply.status, reply.read().decode().strip()


def wait_for_health(status):
    def is_so():
        try:
            return health()[0] == status
        except OSError:
            return False

    eventually(is_so, f"/healthz says {status}")


def must_be_mended():
    """The service runs on what was accepted, and says so everywhere."""
    wait_for_health(503)
    if "last accepted configuration" not in health()[1]:
        raise AssertionError(health())
    said = run("spfblock", "status", status=1)
    if "CONFIGURATION REFUSED" not in said:
        raise AssertionError(said)
    state = property_of("spfblock.service", "StatusText")
    if "last accepted configuration" not in state:
        raise AssertionError(state)
    if property_of("spfblock.service", "ActiveState") != "active":
        raise AssertionError("not active")


def mend():
    write_configuration()
    run("systemctl", "reload", "spfblock")
    wait_for_health(200)
    run("spfblock", "status")


# The steps, in order.  Each leaves a service that is well.


def set_up_postfix():
    for name, value in MAIN_CF.items():
        run("postconf", "-e", f"{name}={value}")
    run("systemctl", "restart", "postfix")


def install_older():
    """With a configuration as every release understands it."""
    set_up_postfix()
    run("dpkg", "-i", OLDER_PACKAGE)
    write(ZONE, ZONE_TEXT)
    write(LIST, "others.example\n")
    write(FILE, json.dumps({k: v for k, v in CONFIGURATION.items() if k != "allow"}))
    # A reload by 0.1.0 needs kill(1), which is in no package that it depends on.
    run("systemctl", "restart", "spfblock")
    in_force()


def put_in(package):
    """Keeps the file that was edited, where the release has changed its own."""
    run("dpkg", "--force-confold", "-i", package)


def upgrade_from_older():
    put_in(PACKAGE)
    run("systemctl", "is-active", "spfblock.socket", "spfblock.service")
    wait_for_health(200)
    run("spfblock", "check")


def back_to_older():
    put_in(OLDER_PACKAGE)
    run("systemctl", "is-active", "spfblock.socket", "spfblock.service")
    in_force()


def install():
    set_up_postfix()
    run("dpkg", "-i", PACKAGE)
    for unit in ("spfblock.socket", "spfblock.service"):
        run("systemctl", "is-enabled", unit)
        run("systemctl", "is-active", unit)
    run("spfblock", "check")
    write(ZONE, ZONE_TEXT)
    write(LIST, "others.example\n")
    write_configuration()
    run("systemctl", "reload", "spfblock")
    in_force()
    wait_for_health(200)
    eventually(has_the_same_words, "both statuses have the same words")


def has_the_same_words():
    """`systemctl status` and `spfblock status` begin alike."""
    said = run("spfblock", "status").splitlines()[0]
    return property_of("spfblock.service", "StatusText").startswith(said + "; ")


def typo_and_reload():
    before = property_of("spfblock.service", "MainPID")
    write_typo()
    run("systemctl", "reload", "spfblock", status=1)
    if property_of("spfblock.service", "MainPID") != before:
        raise AssertionError("another process")
    said = run("spfblock", "status", status=1)
    if "the last reload was refused" not in " ".join(said.split()):
        raise AssertionError(said)
    mend()


def typo_and_restart():
    write_typo()
    run("systemctl", "restart", "spfblock")
    must_be_mended()
    mend()


def unreadable_file():
    os.chmod(FILE, 0o600)
    run("spfblock", "check", status=78)
    run("systemctl", "reload", "spfblock", status=1)
    run("systemctl", "restart", "spfblock")
    must_be_mended()
    mend()


def the_service_s_user():
    """One that stays the same, so that a file can be for it alone."""
    user = pwd.getpwnam("spfblock")
    process = property_of("spfblock.service", "MainPID")
    for owned in (f"/proc/{process}", "/var/lib/spfblock"):
        if os.stat(owned).st_uid != user.pw_uid:
            raise AssertionError(f"{owned} is not of spfblock")
    if property_of("spfblock.service", "DynamicUser") != "no":
        raise AssertionError("DynamicUser")


def file_for_the_service_alone():
    os.chmod(FILE, 0o640)
    run("chgrp", "spfblock", FILE)
    run("spfblock", "check")
    run("systemctl", "reload", "spfblock")
    run("systemctl", "restart", "spfblock")
    wait_for_health(200)
    mend()


def list_of_others():
    write(LIST, "others.example\nothers.example\ntoramaki.net\nspam..x\n<html>\n")
    run("systemctl", "reload", "spfblock")
    run("systemctl", "restart", "spfblock")
    wait_for_health(200)
    write(LIST, "others.example\n")
    mend()


def accepted_by_a_later_version():
    """After a downgrade: with a key and a door that this version does not know."""
    run("systemctl", "stop", "spfblock.service")
    later = {
        **CONFIGURATION,
        "later": True,
        "listen": [f"127.0.0.1:{PORT}", {"door": "milter", "at": "127.0.0.1:10069"}],
    }
    with open(ACCEPTED, encoding="utf-8") as file:
        kept = json.load(file)
    write(ACCEPTED, json.dumps({**kept, "text": json.dumps(later), "later": 1}))
    write(FILE, json.dumps(later))
    run("systemctl", "start", "spfblock")
    must_be_mended()
    mend()


def nothing_accepted():
    """A fault at the first start ever: nothing is listed, and whoever asks is told
    so, at the socket and at the doors of the file."""
    policy = "127.0.0.1:10062"
    doors = [f"127.0.0.1:{PORT}", {"door": "policy", "at": policy}]
    run("systemctl", "stop", "spfblock.service")
    os.remove(ACCEPTED)
    write(FILE, json.dumps({**CONFIGURATION, "listen": doors, "domainz": []}))
    run("systemctl", "start", "spfblock")
    wait_for_health(503)
    for address in (LISTED, OTHER):
        reply, took_s = first_session(address)
        if reply[0] != 250 or took_s >= LONGEST_SESSION_S:
            raise AssertionError(f"{address}: {reply}, {took_s:.1f} s")
    # 69 where nobody answers.
    run("spfblock", "query", "--server", policy, "--door", "policy", LISTED, status=1)
    run("spfblock", "status", status=1)
    mend()
    in_force()


def unreadable_list():
    """Its domain leaves the list, as a warning says; nothing else happens."""
    os.chmod(LIST, 0o600)
    said = run("spfblock", "check", status=78)
    if LIST not in said:
        raise AssertionError(said)
    run("systemctl", "restart", "spfblock")
    wait_for_health(200)
    for address, listed in ((LISTED, True), (OF_THE_LIST, False)):
        code, _ = smtp.reply_to(SMTP_PORT, address)
        if code != (554 if listed else 250):
            raise AssertionError(f"{address}: {code}")
    os.chmod(LIST, 0o644)
    mend()
    in_force()


def listen_elsewhere():
    """As docs/operations.md says: the port moves, while Postfix asks at both."""
    os.makedirs(os.path.dirname(DROP_IN), exist_ok=True)
    write(
        DROP_IN,
        "[Socket]\nListenStream=\n"
        f"ListenStream=127.0.0.1:{PORT}\nListenStream=[::1]:{PORT}\n",
    )
    write_configuration(listen=[f"127.0.0.1:{PORT}", f"[::1]:{PORT}"])
    run("sh", "-c", "spfblock check && systemctl daemon-reload")
    run(
        "sh",
        "-c",
        "systemctl stop spfblock.service && systemctl restart spfblock.socket",
    )
    run("systemctl", "start", "spfblock.service")
    run("systemctl", "status", "spfblock.service")
    wait_for_health(200)
    run("spfblock", "query", "--server", f"[::1]:{PORT}", LISTED)
    os.remove(DROP_IN)
    write_configuration()
    run("systemctl", "daemon-reload")
    run("systemctl", "stop", "spfblock.service")
    run("systemctl", "restart", "spfblock.socket")
    run("systemctl", "start", "spfblock.service")
    wait_for_health(200)


def published_zone():
    """The units of etc/fleet: of files that are renamed into place, however quickly,
    NSD is told of the last one."""
    run("useradd", "--system", "nsd")
    os.makedirs(os.path.dirname(PRIMARYS_COPY))
    os.makedirs(os.path.dirname(PUBLISHED), exist_ok=True)
    write("/usr/local/sbin/nsd-control", f"#!/bin/sh\ncat {PRIMARYS_COPY} >> {TOLD}\n")
    os.chmod("/usr/local/sbin/nsd-control", 0o755)
    units = [f"spfblock-zone-nsd.{each}" for each in ("path", "timer")]
    for each in (*units, "spfblock-zone-nsd.service"):
        shutil.copy(f"{FLEET}/{each}", "/etc/systemd/system")
    run("systemctl", "daemon-reload")
    run("systemctl", "start", *units)
    for number in range(30):
        write(PUBLISHED, f"{number}\n")
    wait_until_told(29)
    write(PUBLISHED, "30\n")
    wait_until_told(30)
    run("systemctl", "stop", *units)


def wait_until_told(number):
    def is_told():
        with open(TOLD, encoding="ascii") as file:
            return file.read().split()[-1:] == [str(number)]

    eventually(lambda: os.path.exists(TOLD) and is_told(), f"NSD is told of {number}")


def restarts():
    expected = {
        LISTED: Reply(200, "REJECT listed in the SPF record of toramaki.net"),
        OTHER: Reply(500, "not listed"),
    }
    clients = PatientClients(PORT, expected, CLIENTS)
    try:
        for _ in range(RESTARTS):
            before = clients.answered
            run("systemctl", "restart", "spfblock")
            eventually(lambda: clients.answered > before + CLIENTS, "clients go on")
        clients.stop()
        judge_clients(clients)
    finally:
        clients.close()


def judge_clients(clients):
    if clients.refused or clients.wrong or clients.unanswered:
        raise AssertionError(
            f"{clients.refused} refused, {clients.unanswered} unanswered,"
            f" wrong: {clients.wrong[:3]}"
        )
    if clients.longest_wait_s >= LONGEST_SESSION_S:
        raise AssertionError(f"a client waited {clients.longest_wait_s:.1f} s")
    print(
        f"{CLIENTS} clients, {RESTARTS} restarts: {clients.answered} answers,"
        f" the longest wait {clients.longest_wait_s:.1f} s",
        file=sys.stderr,
    )


def killed():
    run("systemctl", "kill", "-s", "KILL", "spfblock.service")
    wait_for_health(200)


def upgrade():
    run("dpkg", "-i", NEXT_PACKAGE)
    if not version().endswith("+next"):
        raise AssertionError(version())
    run("systemctl", "is-active", "spfblock.service")
    wait_for_health(200)


def upgrade_with_a_typo():
    """The former version goes on, by what it had read, and a restart by the new
    one takes what was accepted."""
    before = property_of("spfblock.service", "MainPID")
    write_typo()
    said = run("dpkg", "-i", NEXT_PACKAGE)
    if "not restarted" not in said:
        raise AssertionError(said)
    if property_of("spfblock.service", "MainPID") != before:
        raise AssertionError("another process")
    run("systemctl", "restart", "spfblock")
    must_be_mended()
    mend()


def upgrade_with_an_unreadable_file():
    """What root alone can read is not trusted."""
    before = property_of("spfblock.service", "MainPID")
    os.chmod(FILE, 0o600)
    said = run("dpkg", "-i", NEXT_PACKAGE)
    if "not restarted" not in said:
        raise AssertionError(said)
    if property_of("spfblock.service", "MainPID") != before:
        raise AssertionError("another process")
    mend()


def upgrade_while_masked():
    """What the administrator has masked is left alone, without complaints."""
    before = property_of("spfblock.service", "MainPID")
    run("systemctl", "mask", "spfblock.service")
    said = run("dpkg", "-i", NEXT_PACKAGE)
    if "Could not" in said or "rror" in said:
        raise AssertionError(said)
    if property_of("spfblock.service", "UnitFileState") != "masked":
        raise AssertionError("not masked any more")
    if property_of("spfblock.service", "MainPID") != before:
        raise AssertionError("another process")
    run("systemctl", "unmask", "spfblock.service")


def downgrade():
    run("dpkg", "-i", PACKAGE)
    if version().endswith("+next"):
        raise AssertionError(version())
    run("systemctl", "is-active", "spfblock.service")
    wait_for_health(200)


def version():
    return run("dpkg-query", "-W", "-f", "${Version}", "spfblock")


def boot_with_a_typo():
    """Postfix's very first lookup is answered, by what was accepted."""
    for address in (LISTED, OTHER):
        reply, took_s = first_session(address)
        if not is_right(address, reply) or took_s >= LONGEST_SESSION_S:
            raise AssertionError(f"{address}: {reply}, {took_s:.1f} s")
    run("systemctl", "is-active", "spfblock.socket", "spfblock.service")
    ready = began("spfblock.service", "ActiveEnterTimestampMonotonic")
    for unit in ("postfix.service", "postfix@-.service"):
        postfix = began(unit, "InactiveExitTimestampMonotonic")
        if postfix and not 0 < ready <= postfix:
            raise AssertionError(f"spfblock ready at {ready}, {unit} at {postfix}")
    must_be_mended()
    mend()


def began(unit, what):
    """In microseconds since the boot; 0: never."""
    return int(property_of(unit, what) or 0)


def first_session(address):
    """With Postfix as soon as it listens: (reply, how long it took)."""
    while True:
        begun = time.monotonic()
        try:
            return smtp.reply_to(SMTP_PORT, address), time.monotonic() - begun
        except ConnectionError:
            time.sleep(0.02)


def stopped_and_started():
    """As docs/operations.md says; without its socket no client starts it."""
    both = ("spfblock.socket", "spfblock.service")
    run("systemctl", "stop", *both)
    for unit in both:
        if property_of(unit, "ActiveState") != "inactive":
            raise AssertionError(f"{unit} goes on")
    run("systemctl", "start", *both)
    wait_for_health(200)
    in_force()


def remove_and_purge():
    run("dpkg", "-r", "spfblock")
    if not os.path.exists(FILE):
        raise AssertionError("the configuration is gone")
    run("postmap", "-q", OTHER, f"tcp:127.0.0.1:{PORT}", status=1)
    run("dpkg", "-P", "spfblock")
    for path in ("/etc/spfblock", "/var/lib/spfblock", "/var/lib/private/spfblock"):
        if os.path.lexists(path):
            raise AssertionError(path)
    run("systemctl", "daemon-reload")
    for unit in ("spfblock.socket", "spfblock.service"):
        if property_of(unit, "LoadState") != "not-found":
            raise AssertionError(f"{unit} is left")
    said = run("systemctl", "--failed", "--plain", "--no-legend")
    if "spfblock" in said:
        raise AssertionError(said)


IN_THE_FIRST_LIFE = (
    typo_and_reload,
    typo_and_restart,
    unreadable_file,
    listen_elsewhere,
    the_service_s_user,
    file_for_the_service_alone,
    list_of_others,
    restarts,
    killed,
    upgrade,
    upgrade_with_a_typo,
    upgrade_with_an_unreadable_file,
    upgrade_while_masked,
    downgrade,
    accepted_by_a_later_version,
)


def step(what, judge=lambda: ""):
    begun = time.monotonic()
    what()
    said = judge()
    name = what.__name__.replace("_", " ")
    say(f"{name}: {time.monotonic() - begun:.0f} s{'; ' if said else ''}{said}")


def earlier_life():
    step(install_older)
    mail = Mail()
    for each in (upgrade_from_older, back_to_older, upgrade_from_older):
        step(each, mail.judge)
    mail.stop()


def first_life():
    say(f"booted: systemd {run('systemctl', '--version').split()[1]}")
    if os.path.exists(OLDER_PACKAGE):
        earlier_life()
    step(install)
    mail = Mail()
    for each in IN_THE_FIRST_LIFE:
        step(each, mail.judge)
    mail.stop()
    step(unreadable_list)
    step(nothing_accepted)
    step(published_zone)
    write_typo()
    with open(REBOOTED, "w", encoding="ascii"):
        pass


def second_life():
    step(boot_with_a_typo)
    step(stopped_and_started)
    step(remove_and_purge)
    with open(ALL_DONE, "w", encoding="ascii"):
        pass


def main():
    again = os.path.exists(REBOOTED)
    try:
        (second_life if again else first_life)()
    except Exception as error:
        say(f"FAILED: {error}")
        traceback.print_exc()
        run("journalctl", "--no-pager", "-n", "60", status=None)
        run("systemctl", "--no-block", "poweroff")
        return
    run("systemctl", "--no-block", "poweroff" if again else "reboot")


main()
