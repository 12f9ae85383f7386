#!/usr/bin/python3
"""Measures how fast the mail log is read, beside `grep -c`, and with how much memory.

usage: scripts/bench logs [--json FILE] [--rounds N] [--quick]

A made-up log: mails of many senders, delivered, refused, deferred and scored, as
Postfix and rspamd write them; a family of spammers among them, whose records are in a
zone file, so that no DNS is waited for.  A figure is the median of processor time
over the rounds.  For the memory the log is a gigabyte, of which no two parts have
their senders and hosts in common.  Exits 1 if a command does not find what is in it.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, CHECKOUT)
sys.dont_write_bytecode = True
from tests.bench import measure  # noqa: E402
from tests.blackbox.harness.spfblock import program  # noqa: E402

MEGABYTES = 200  # what is read for the time
WHOLE_MEGABYTES = 1000  # and for the memory
QUICK = 20
PART_MEGABYTES = 50

FAMILY = [f"spam{number}.test" for number in range(20)]
LISTED = FAMILY[0]

GREP = ["grep", "-c", "-F", "-e", "NOQUEUE: reject", "-e", "client=", "-e", "status="]

REFUSED = (
    "2026-11-24T{at}+01:00 mx postfix/smtpd[{pid}]: NOQUEUE: reject: RCPT from"
    " unknown[{host}]: 554 5.7.1 <unknown[{host}]>: Client host rejected: listed in the"
    " SPF record of {listed}; from=<{local}@{sender}> to=<{to}@example.org> proto=ESMTP"
    " helo=<mx.{sender}>\n"
)
TAKEN = (
    "2026-11-24T{at}+01:00 mx postfix/smtpd[{pid}]: {queue}: client=mx.{sender}[{host}]\n"
    "2026-11-24T{at}+01:00 mx postfix/cleanup[{pid}]: {queue}:"
    " message-id=<{queue}@{sender}>\n"
    "2026-11-24T{at}+01:00 mx rspamd[99]: <{queue}>; task; rspamd_task_write_log: id:"
    " <{queue}@{sender}>, qid: <{queue}>, ip: {host}, from: <{local}@{sender}>,"
    " (default: F (no action): [-1.20/15.00] [R_SPF_ALLOW(-0.20){{+mx}}]), len: 2048\n"
    "2026-11-24T{at}+01:00 mx postfix/qmgr[12]: {queue}: from=<{local}@{sender}>,"
    " size=2048, nrcpt=1 (queue active)\n"
    "2026-11-24T{at}+01:00 mx postfix/lmtp[{pid}]: {queue}: to=<{to}@example.org>,"
    " relay=mx[private/dovecot-lmtp], delay=0.31, delays=0.2/0.01/0.04/0.06, dsn=2.0.0,"
    " status=sent (250 2.0.0 <{to}@example.org> Saved)\n"
    "2026-11-24T{at}+01:00 mx postfix/qmgr[12]: {queue}: removed\n"
)
OTHER = (
    "2026-11-24T{at}+01:00 mx postfix/smtpd[{pid}]: connect from unknown[{host}]\n"
    "2026-11-24T{at}+01:00 mx postfix/smtpd[{pid}]: disconnect from unknown[{host}]"
    " ehlo=1 mail=1 rcpt=1 quit=1 commands=4\n"
)


def write_part(path, number, size):
    """A part of the log, with senders and hosts of its own.

    Returns how many mails were refused in the name of the listed domain.
    """
    chance = random.Random(number)
    written = refused = 0
    with open(path, "w", encoding="ascii") as file:
        while written < size:
            values = {
                "at": f"{chance.randrange(24):02}:{chance.randrange(60):02}:00.000001",
                "pid": chance.randrange(1000, 30000),
                "queue": f"{number:02X}{written:09X}",
                "host": f"45.{number}.{chance.randrange(256)}.{chance.randrange(256)}",
                "sender": f"d{number}x{chance.randrange(20000)}.test",
                "local": f"user{chance.randrange(1000)}",
                "to": f"you{chance.randrange(100)}",
                "listed": LISTED,
            }
            lines = OTHER if chance.random() < 0.2 else TAKEN
            if chance.random() < 0.3:
                lines = REFUSED
                refused += 1
                if chance.random() < 0.5:
                    values["sender"] = chance.choice(FAMILY)
                    values["host"] = f"20.1.{chance.randrange(4)}.{chance.randrange(256)}"
            written += file.write(lines.format(**values))
    return refused


def configured(folder):
    zone = os.path.join(folder, "zone")
    with open(zone, "w", encoding="ascii") as file:
        file.write('spf.test. 300 IN TXT "v=spf1 ip4:20.1.0.0/22 -all"\n')
        for name in FAMILY:
            file.write(f'{name}. 300 IN TXT "v=spf1 include:spf.test -all"\n')
    path = os.path.join(folder, "spfblock.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump(
            {
                "domains": [LISTED],
                "resolver": {"zone_file": zone},
                "state_file": "",
                "admin": "",
                "allow": {"providers": False},
            },
            file,
        )
    return path


def measured(command):
    """(processor seconds, most memory in octets, what it printed)."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    if child.returncode not in (0, 1):
        sys.exit(f"logs: {command[:2]}: exit status {child.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, text


def commands(configuration, files):
    return {
        name: [program(), name, "-c", configuration, "--json", *files]
        for name in ("suggest", "replay", "report")
    }


def is_right(name, told, refused):
    if name == "report":
        return told["listings"][0]["rejected"] == refused
    if name == "replay":
        return told["would_be_rejected"]["refused"] > 0
    suggested = {
        each["name"] for group in told["groups"] for each in group["suggestions"]
    }
    return set(FAMILY[1:]) <= suggested


def main():
    options = measure.parser_of(__doc__, rounds=3).parse_args()
    if options.quick:
        options.rounds = 1
    whole = 2 * QUICK if options.quick else WHOLE_MEGABYTES
    timed = QUICK if options.quick else MEGABYTES
    part = QUICK if options.quick else PART_MEGABYTES
    with tempfile.TemporaryDirectory(prefix="spfblock-bench-") as folder:
        files, refused = [], []
        for number in range(whole // part):
            files.append(os.path.join(folder, f"mail.log.{number}"))
            refused.append(write_part(files[-1], number, part * 1_000_000))
        configuration = configured(folder)
        some = files[: timed // part]
        size = sum(os.path.getsize(each) for each in some) / 1e6
        rounds, wrong = [], 0
        for _ in range(options.rounds):
            one = {"grep": {"mb_a_second": size / measured([*GREP, *some])[0]}}
            for name, command in commands(configuration, some).items():
                seconds, _, text = measured(command)
                one[name] = {"mb_a_second": size / seconds}
                wrong += not is_right(name, json.loads(text), sum(refused[: len(some)]))
            rounds.append(one)
        memory = {
            name: measured(command)[1]
            for name, command in commands(configuration, files).items()
        }
    return tell(options, rounds, memory, whole, wrong)


def tell(options, rounds, memory, whole, wrong):
    print("\nReading the mail log\n")
    names = ["grep", *memory]
    measure.table(
        ["", "MB a second", f"MiB with {whole:,} MB"],
        [
            [
                name,
                f"{measure.median(rounds, name, 'mb_a_second'):.0f}",
                f"{memory[name] / 2**20:.0f}" if name in memory else "",
            ]
            for name in names
        ],
    )
    told = measure.Verdicts()
    for name in memory:
        # As how many times the processor time of grep, so that less is better.
        ratio = measure.median(rounds, "grep", "mb_a_second") / measure.median(
            rounds, name, "mb_a_second"
        )
        told.add("G1", f"{name}: processor time / grep -c of three strings", ratio, 10, 3.3)
    for name in memory:
        what = f"{name}: MiB of memory with {whole:,} MB of log"
        told.add("G2", what, memory[name] / 2**20, 256, 64)
    told.show()
    print(f"\n{wrong} results wrong")
    measure.write_json(
        options.json, {"rounds": rounds, "memory": memory, "verdicts": told.rows}
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
