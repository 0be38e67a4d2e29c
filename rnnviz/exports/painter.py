"""A process that runs the player's own drawing code; a crash or a hang of it ends nothing else.

It is started as a script of its own, so that it imports nothing of RNNviz, and answers requests of
its parent on its standard input and output, one after the other. V8 cannot be used from threads
that are no descendants of the one that started it, as its write protection is inherited
(https://issues.chromium.org/issues/360909072), and a server has many.

A message is four bytes with its length, big-endian, and the message. The first is the program, the
second the bytes that it finds as `packed`; every later one is an expression that gives a text. An
answer begins with "+" and that text, or "-" and what went wrong.
"""

from __future__ import annotations

import os
import struct
import sys
from typing import BinaryIO

_LENGTH = struct.Struct(">I")


def send(stream: BinaryIO, message: bytes) -> None:
    """Write one message."""
    stream.write(_LENGTH.pack(len(message)))
    stream.write(message)
    stream.flush()


def receive(stream: BinaryIO) -> bytes | None:
    """Read one message; None where the other side has ended."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    message = stream.read(length)
    return message if len(message) == length else None


def main() -> None:
    """Answer until the other side has ended."""
    from py_mini_racer import JSEvalException, MiniRacer

    given, answers = sys.stdin.buffer, sys.stdout.buffer
    program, packed = receive(given), receive(given)
    if program is None or packed is None:
        return
    racer = MiniRacer()
    racer.eval(program.decode("utf-8"))
    place = racer.eval(f"globalThis.packed = new ArrayBuffer({len(packed)}); packed")
    place[:] = packed
    while (asked := receive(given)) is not None:
        try:
            answer = "+" + racer.eval(asked.decode("utf-8"))
        except JSEvalException as error:
            answer = f"-{error}"
        send(answers, answer.encode("utf-8"))


if __name__ == "__main__":
    main()
    # V8 may wait for its own threads for ever.
    os._exit(0)
