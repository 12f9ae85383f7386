"""Black-box tests: the built program with a real Postfix and a real DNS server.

Each test file runs on its own, from the top of the checkout:

    /usr/bin/python3 -m unittest -v tests.blackbox.test_postfix

SPFBLOCK_PROGRAM names the program (default: build/release/spfblock).
Everything listens on loopback, on free ports, and needs no network.  NSD and
Postfix are Debian's; Postfix needs root, or it cannot start.
"""
