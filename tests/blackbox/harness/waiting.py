"""Waiting for a condition, with a deadline instead of a fixed sleep."""

import time

# Turns a hang into a failure.  No expectation, so it is generous: machines are
# slow, shared, and run sanitizers.
PATIENCE_S = 60.0


def eventually(condition, what, timeout=PATIENCE_S):
    """Polls condition() until it returns something true, which is returned.

    Raises AssertionError, saying what did not happen, after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while True:
        outcome = condition()
        if outcome:
            return outcome
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:g} s: {what}")
        time.sleep(0.01)


def holds_for(condition, what, seconds):
    """Polls condition() for `seconds`; AssertionError as soon as it is false.

    For what must not change: bounded by time, since nothing announces it.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not condition():
            raise AssertionError(f"did not stay so for {seconds:g} s: {what}")
        time.sleep(0.02)
