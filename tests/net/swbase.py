# SPDX-License-Identifier: BSD-3-Clause
"""Waiting for events and comparing: what every part of the net tests uses."""
import select
import time

PATIENT = 60  # seconds, for whoever waits for something that comes at once on a machine without other work


class Skip(Exception):
    """The test cannot run here; the text says why."""


def limit(seconds):
    """Decorator: the seconds that a test may need on a machine of its own; run.py is patient beyond them."""
    def mark(function):
        function.limit = seconds
        return function
    return mark


def waits(function):
    """Decorator: the test mostly waits, for what takes its time (a back-off, a probe), or does not care how
    long it takes, and measures nothing. run.py runs others of its kind beside it."""
    function.waits = True
    return function


def patient(seconds):
    """How long to wait for what takes that many seconds at most: machines are shared, and stall. It costs
    time only where something is wrong."""
    return max(PATIENT, 3 * seconds)


def readable(fd, seconds):
    return bool(select.select([fd], [], [], max(0, seconds))[0])


def wait_for(condition, seconds, what):
    """Call condition() until it returns something true, the result; AssertionError when it did not within a
    time that is generous for `seconds`."""
    seconds = patient(seconds)
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() >= end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.01)


def same(got, want, what="value"):
    if got != want:
        raise AssertionError(f"{what} is {got!r}, wanted {want!r}")


def within(text, words, what="text"):
    """Each of words is in text, whatever the case of its letters."""
    for word in [words] if isinstance(words, str) else words:
        if word.lower() not in text.lower():
            raise AssertionError(f"{what} does not say {word!r}: {text!r}")
