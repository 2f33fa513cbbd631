# SPDX-License-Identifier: BSD-3-Clause
"""Waiting for events and comparing: what every part of the net tests uses."""
import select
import time


class Skip(Exception):
    """The test cannot run here; the text says why."""


def limit(seconds):
    """Decorator: the test's time limit."""
    def mark(function):
        function.limit = seconds
        return function
    return mark


def readable(fd, seconds):
    return bool(select.select([fd], [], [], max(0, seconds))[0])


def wait_for(condition, seconds, what):
    """Call condition() until it returns something true, the result; AssertionError after the limit."""
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
