"""What a process has cost, however busy the machine is."""

import os


def processor_seconds(pid):
    """Of all its threads that live, since they began."""
    threads = f"/proc/{pid}/task"
    return sum(_nanoseconds(f"{threads}/{thread}") for thread in os.listdir(threads)) / 1e9


def main_thread_seconds(pid):
    """Of its first thread, since it began."""
    return _nanoseconds(f"/proc/{pid}/task/{pid}") / 1e9


def _nanoseconds(thread):
    """See Documentation/scheduler/sched-stats.rst of Linux."""
    with open(f"{thread}/schedstat", encoding="ascii") as file:
        return int(file.read().split()[0])
