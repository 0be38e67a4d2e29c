"""The player's pictures as display lists: its own JavaScript, run without a browser."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from threading import Lock
from types import TracebackType
from typing import Any, NamedTuple, Self

from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException, MiniRacer

from rnnviz.exports.shot import Shot, Sizes
from rnnviz.figures.theme import Palette
from rnnviz.limits import PICTURE_MAX_BYTES, PICTURE_MAX_SECONDS
from rnnviz.scene.assemble import program

# What JavaScript outside of a page has not: here texts are ASCII or UTF-8.
_TEXT_DECODER = """
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

_OPEN = """
globalThis.pictures = new $picture.Pictures(new Uint8Array(packed));
const { run } = pictures;
JSON.stringify({
  layers: run.numLayers,
  directions: run.lanes.filter((lane) => lane.layer === 0).map((lane) => lane.direction),
  units: Math.min(...run.lanes.map((lane) => lane.stateSize)),
  timesteps: run.seqLen,
  updates: run.lanes.length * run.seqLen,
  time_first: run.timeFirst,
  phases: run.lanes.map((lane) => lane.phases.length),
});
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


class Drawer:
    """Draws pictures of one packed run, one after the other; to be closed after use.

    Attributes:
        sizes: what a `Shot` may name.
    """

    def __init__(self, packed: bytes) -> None:
        """Opens what `rnnviz.scene.blob.pack` made.

        Raises:
            ValueError: the run has more than PICTURE_MAX_BYTES.
        """
        if len(packed) > PICTURE_MAX_BYTES:
            raise ValueError(
                f"a picture is drawn of at most {PICTURE_MAX_BYTES >> 20} MiB of a run, got "
                f"{len(packed) / 2**20:.0f} MiB: take fewer timesteps."
            )
        self._racer = MiniRacer()
        self._busy = Lock()
        self._racer.eval(_TEXT_DECODER + program("picture"))
        place = self._racer.eval(f"globalThis.packed = new ArrayBuffer({len(packed)}); packed")
        place[:] = packed
        self.sizes = Sizes(**json.loads(self._run(_OPEN)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the run."""
        self._racer.close()

    def draw(self, shot: Shot, ink: Ink, width: float) -> Drawing:
        """A picture of so many pixels in width.

        Raises:
            ValueError: the shot names what the run has not.
        """
        return self._drawn(shot, ink, width, shot.view)

    def legend(self, shot: Shot, ink: Ink, width: float) -> Drawing:
        """What the colours of a picture say, by itself."""
        return self._drawn(replace(shot, legend=True), ink, width, "legend")

    def _drawn(self, shot: Shot, ink: Ink, width: float, views: str) -> Drawing:
        shot.check(self.sizes)
        asked = {
            "place": shot.place(),
            "views": views,
            "width": width,
            "fit": shot.fit,
            "legend": shot.legend,
            "palette": asdict(ink.palette),
            "stops": ink.stops,
            "shareStops": ink.share_stops,
            "print": {
                "least": ink.least,
                "blank": shot.blank,
                "minus": ink.minus,
                "units": shot.units,
            },
            "crop": shot.crop(self.sizes),
        }
        found = json.loads(self._run(f"JSON.stringify(pictures.draw({json.dumps(asked)}))"))
        return Drawing(found["items"], found["width"], found["height"], found["at"], found["least"])

    def _run(self, text: str) -> str:
        with self._busy:
            try:
                return self._racer.eval(text, timeout_sec=PICTURE_MAX_SECONDS)
            except JSTimeoutException:
                raise ValueError(
                    f"the picture took over {PICTURE_MAX_SECONDS} s: show fewer timesteps or units."
                ) from None
            except JSOOMException:
                raise ValueError(
                    "the picture took too much memory: show fewer timesteps or units."
                ) from None
            except JSEvalException as error:
                if "RangeError: at" in str(error):
                    raise ValueError(
                        "at must name a cell of the run, as layer.direction.t.unit."
                    ) from None
                raise
