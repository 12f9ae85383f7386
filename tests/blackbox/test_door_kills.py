"""A real Postfix at the doors of a daemon that is killed, or that hangs for ever."""

import os
import time
import unittest

from .harness.door_kills import kill_again_and_again
from .harness.doors_case import (
    ELSEWHERE,
    LISTED,
    RCPT,
    DoorsCase,
    policy,
    socketmap,
    tcp_table,
)
from .harness.waiting import eventually


@unittest.skipUnless(
    os.environ.get("SPFBLOCK_WHOLE_HANGS"), "SPFBLOCK_WHOLE_HANGS: takes 19 minutes"
)
class HangsForever(DoorsCase):
    """How long Postfix waits for a daemon that never answers, and what it says then:
    docs/doors.md.

    SPFBLOCK_WHOLE_HANGS  run it (anything)
    """

    def assert_deferred_after(self, seconds, door, asked):
        """Not before, and at most twice as late."""
        spfblock, postfix = self.served_postfix(door, asked)
        session = self.session(postfix, LISTED, timeout=2 * seconds)
        self.suspend(spfblock)
        begin = time.monotonic()
        self.assertEqual(session.command(RCPT)[0], 451)
        waited = time.monotonic() - begin
        print(f"\n{door}: 451 after {waited:.1f} s")
        self.assertGreater(waited, 0.95 * seconds)

    def test_socketmap_defers_after_its_time(self):
        self.assert_deferred_after(100, "socketmap", socketmap)

    def test_tcp_table_defers_after_ten_tries(self):
        self.assert_deferred_after(1010, "tcp_table", tcp_table)


class KilledUnderLoad(DoorsCase):
    """kill -9, again and again, while sessions of 50 recipients go on: what
    docs/doors.md says of each door.

    SPFBLOCK_DOOR_KILLS  how often, 5 unless given
    """

    TIMES = int(os.environ.get("SPFBLOCK_DOOR_KILLS", "5"))

    def outcomes(self, door, asked):
        spfblock = self.serve_at(door)
        postfix = self.postfix(0, asked(spfblock.port))
        eventually(lambda: postfix.reply_to(LISTED)[0] == 554, "it is listed")
        made = kill_again_and_again(
            postfix, spfblock, {LISTED: True, ELSEWHERE: False}, self.TIMES
        )
        print(f"\n{door}, killed {self.TIMES} times: {made}")
        self.assertEqual(made.rejected, 0)
        self.assertEqual(made.let_through, 0)
        return made

    def test_policy_lets_nobody_through_and_defers_nobody(self):
        # What becomes visible here is the default action.  A start takes longer
        # than the usual second on a busy machine.
        patient = "default_action=DEFER, timeout=20s, retry_delay=3s"
        made = self.outcomes("policy", lambda port: policy(port, patient))
        self.assertEqual(made.deferred, 0)

    def test_policy_as_documented_defers_nobody(self):
        """Whom it would let through where a start takes longer than the second
        between its two tries is not asserted here: that is the machine's."""
        spfblock = self.serve_at("policy")
        postfix = self.postfix(0, policy(spfblock.port))
        eventually(lambda: postfix.reply_to(LISTED)[0] == 554, "it is listed")
        made = kill_again_and_again(
            postfix, spfblock, {LISTED: True, ELSEWHERE: False}, self.TIMES
        )
        print(f"\npolicy as documented, killed {self.TIMES} times: {made}")
        self.assertEqual((made.deferred, made.rejected), (0, 0))

    def test_tcp_table_lets_nobody_through_and_defers_nobody(self):
        made = self.outcomes("tcp_table", tcp_table)
        self.assertEqual(made.deferred, 0)

    def test_socketmap_defers_who_asks_while_it_is_down(self):
        made = self.outcomes("socketmap", socketmap)
        self.assertGreater(made.right, 0)
