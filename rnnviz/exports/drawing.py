"""The player's pictures as display lists: its own JavaScript, run without a browser."""

from __future__ import annotations

import json
import sys
import weakref
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from importlib.util import find_spec
from subprocess import PIPE, Popen
from threading import Lock, Timer
from typing import Any, NamedTuple, Self

from rnnviz.exports import painter
from rnnviz.exports.painter import receive, send
from rnnviz.exports.shot import Shot, Sizes
from rnnviz.figures.theme import Palette
from rnnviz.limits import PICTURE_MAX_BYTES, PICTURE_MAX_SECONDS, TooLargeError
from rnnviz.scene.assemble import program

# After so long without a picture a process gives back its memory; another starts in 0.3 s.
REST_SECONDS = 300

# What JavaScript outside of a page has not: here texts are ASCII or UTF-8.
_BEFORE = """
globalThis.TextDecoder = class {
  decode(bytes) {
    let text = "";
    for (let at = 0; at < bytes.length; at += 4096) {
      text += String.fromCharCode(...bytes.subarray(at, at + 4096));
    }
    return decodeURIComponent(escape(text));
  }
};
"""

# The run is opened when it is first asked for: its bytes come after the program.
_OPEN = """
globalThis.opened = () => (globalThis.pictures ??= new $picture.Pictures(new Uint8Array(packed)));
globalThis.sizes = () => {
  const { run } = opened();
  return JSON.stringify({
    layers: run.numLayers,
    directions: run.lanes.filter((lane) => lane.layer === 0).map((lane) => lane.direction),
    units: Math.min(...run.lanes.map((lane) => lane.stateSize)),
    timesteps: run.seqLen,
    updates: run.lanes.length * run.seqLen,
    time_first: run.timeFirst,
    phases: run.lanes.map((lane) => lane.phases.length),
  });
};
"""


class Ink(NamedTuple):
    """What a picture is painted with.

    Attributes:
        palette: colours of everything but numbers.
        stops: from negative to positive, as `theme.SIGNED_STOPS`.
        share_stops: from 0 to 1, as `theme.SHARE_STOPS`.
        least: pixels; numbers that would be smaller are left out.
        minus: whether negative cells are marked.
    """

    palette: Palette
    stops: Sequence[str]
    share_stops: Sequence[str]
    least: float = 0
    minus: bool = False


class Drawing(NamedTuple):
    """A picture as a list of what is on it.

    Attributes:
        items: rectangles, paths, circles, texts and heats, from the back to the front, in the form
            that `scene/assets/paint.js` describes; a heat has `columns`, `rows` and `colors`, six
            hexadecimal digits for each number, row by row.
        width: pixels.
        height: pixels.
        at: the moment shown, as in a link.
        least_width: pixels below which the map has no room for its columns.
    """

    items: list[dict[str, Any]]
    width: float
    height: float
    at: str
    least_width: float


def check_drawn_size(size: int) -> None:
    """Refuse a run of so many bytes, best before it is packed.

    Raises:
        TooLargeError: it has more than PICTURE_MAX_BYTES.
    """
    if size > PICTURE_MAX_BYTES:
        raise TooLargeError(
            f"a picture is drawn of at most {PICTURE_MAX_BYTES >> 20} MiB of a run, got "
            f"{size / 2**20:.0f} MiB: take fewer timesteps."
        )


class Drawer:
    """Draws pictures of one packed run, one after the other; to be closed after use.

    The drawing is done by a process of its own, which ends with the drawer: when it is closed, or
    nothing refers to it any more. It ends as well when nothing was drawn for a while; the next
    picture starts it anew.

    Attributes:
        sizes: what a `Shot` may name.
    """

    def __init__(self, packed: bytes) -> None:
        """Opens what `rnnviz.scene.blob.pack` made.

        Raises:
            TooLargeError: the run has more than PICTURE_MAX_BYTES.
            ImportError: mini-racer is not installed.
        """
        if find_spec("py_mini_racer") is None:
            raise ImportError("pictures need mini-racer: pip install 'rnnviz[pictures]'.")
        check_drawn_size(len(packed))
        self._packed = packed
        self._busy = Lock()
        self._process: Popen[bytes] | None = None
        self._rest: Timer | None = None
        self.sizes = Sizes(**json.loads(self._run("sizes()")))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process; another picture would start it anew."""
        process, self._process = getattr(self, "_process", None), None
        if rest := getattr(self, "_rest", None):
            rest.cancel()
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with suppress(OSError):
                    stream.close()

    def draw(self, shot: Shot, ink: Ink, width: float, room: float | None = None) -> Drawing:
        """A picture of so many pixels in width.

        Args:
            shot: what is shown.
            ink: its colours.
            width: pixels.
            room: pixels of the height that there is, to which a map is fitted and for which an
                anatomy is laid flat; the picture may be higher all the same. None is no bound.

        Raises:
            ValueError: the shot names what the run has not; TooLargeError if it takes more than
                PICTURE_MAX_SECONDS.
        """
        return self._drawn(shot, ink, width, room, shot.view)

    def legend(self, shot: Shot, ink: Ink, width: float) -> Drawing:
        """What the colours of a picture say, by itself."""
        return self._drawn(replace(shot, legend=True), ink, width, None, "legend")

    def _drawn(self, shot: Shot, ink: Ink, width: float, room: float | None, views: str) -> Drawing:
        shot.check(self.sizes)
        asked = {
            "place": shot.place(),
            "views": views,
            "width": width,
            "fit": shot.fit,
            "legend": shot.legend,
            "explains": shot.view,
            "frame": shot.frame,
            "room": room,
            "palette": asdict(ink.palette),
            "stops": ink.stops,
            "shareStops": ink.share_stops,
            "print": {
                "least": ink.least,
                "blank": shot.blank,
                "minus": ink.minus,
                "flat": room is not None,
                "units": shot.units,
            },
            "crop": shot.crop(self.sizes),
        }
        found = json.loads(self._run(f"JSON.stringify(opened().draw({json.dumps(asked)}))"))
        return Drawing(found["items"], found["width"], found["height"], found["at"], found["least"])

    def _run(self, expression: str) -> str:
        """What an expression gives, by the process that has the run open."""
        with self._busy:
            process = self._started()
            late = Timer(PICTURE_MAX_SECONDS, process.kill)
            late.start()
            try:
                send(process.stdin, expression.encode("utf-8"))
                answer = receive(process.stdout)
            except OSError:
                answer = None
            finally:
                late.cancel()
            self._rest_later()
            if answer is None:
                self.close()
                raise TooLargeError(
                    f"the picture was given up after {PICTURE_MAX_SECONDS} s, or for want of "
                    "memory: show fewer timesteps or units."
                )
        text = answer.decode("utf-8")
        if text[0] == "+":
            return text[1:]
        if "RangeError: at" in text:
            raise ValueError("the moment must be of a cell of this run, as layer.direction.t.unit.")
        raise RuntimeError(f"the drawing code failed: {text[1:]}")

    def _rest_later(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
        self._rest = Timer(REST_SECONDS, _end, [weakref.ref(self)])
        self._rest.daemon = True
        self._rest.start()

    def _started(self) -> Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        # Without -P its own folder would come first on the path, where html.py lies.
        command = [sys.executable, "-P", painter.__file__]
        # Ctrl+C of a terminal is for the parent, which ends this one.
        self._process = Popen(command, stdin=PIPE, stdout=PIPE, process_group=0)
        with suppress(OSError):
            send(self._process.stdin, (_BEFORE + program("picture") + _OPEN).encode("utf-8"))
            send(self._process.stdin, self._packed)
        return self._process


def _end(reference: weakref.ref[Drawer]) -> None:
    """End the process of a drawer that rests, if there still is one."""
    drawer = reference()
    if drawer is not None:
        with drawer._busy:
            drawer.close()
