"""Reads and writes the state file of spfblock, as core/domains/state_json.cpp does."""

import ipaddress
import json
import time
import zlib

from .generated_domains import smallest


def networks_by_domain(path):
    """What is kept of each domain: the fewest prefixes, as sorted text."""
    with open(path, encoding="ascii") as file:
        domains = json.load(file)["domains"]
    return {each["name"]: smallest(_networks(each)) for each in domains}


def _networks(domain):
    for line in domain["terms"].splitlines():
        _, _, *networks = line.partition(" : ")[0].split(" ")
        yield from map(ipaddress.ip_network, filter(None, networks))


def write(path, networks_of):
    """Writes a state in which each domain (by name) was found good just now.

    `networks_of` maps it to its networks as text; each network is the grant of
    a term of its own.
    """
    now = int(time.time())
    domains = [_domain(name, networks, now) for name, networks in networks_of.items()]
    body = f'"written":{now},\n"domains":{json.dumps(domains)}}}\n'
    checksum = zlib.crc32(body.encode())
    with open(path, "w", encoding="ascii") as file:
        file.write(f'{{"spfblock_state":2,"crc32":"{checksum:08x}",\n{body}')


def _domain(name, networks, now):
    return {
        "name": name,
        "role": "listed",
        "good_at": now,
        "changed_at": now,
        "gone": False,
        "failures": 0,
        "trouble": "",
        "records": [name],
        "terms": "".join(f"0 {now} {each} : ip4:{each}\n" for each in networks),
    }
