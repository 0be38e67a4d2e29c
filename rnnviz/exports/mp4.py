"""An MP4 of pictures that come one after the other, by a process of ffmpeg."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer

import imageio_ffmpeg
from PIL import Image

from rnnviz.limits import FILM_MAX_SECONDS

# Seconds between two looks at whether the film is still wanted, while ffmpeg writes its last.
_LOOK = 0.1

# H.264 in the pixel format that every player has, its colours by the matrix that players take for
# films of this size, the index in front, so that a film plays while it is loaded.
_ENCODED = (
    *("-c:v", "libx264", "-preset", "veryfast", "-tune", "animation", "-crf", "18"),
    *("-vf", "scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p"),
    *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
    *("-color_range", "tv", "-movflags", "+faststart", "-threads", "1"),
)


def mp4_of(
    pictures: Iterator[tuple[Image.Image, int]],
    size: tuple[int, int],
    rates: tuple[float, int],
    check: Callable[[], None],
) -> bytes:
    """A film in H.264.

    Args:
        pictures: each of `size`, and how many times it goes in.
        size: pixels, even.
        rates: pictures a second that go in, and that come out.
        check: is called often, and raises where the film is no longer wanted.

    Raises:
        ValueError: ffmpeg fails, or takes longer than FILM_MAX_SECONDS.
    """
    with TemporaryDirectory(prefix="rnnviz-") as folder:
        film, log = Path(folder) / "film.mp4", Path(folder) / "log"
        with log.open("wb") as errors:
            # Ctrl+C of a terminal is for the parent, which ends this one.
            process = subprocess.Popen(
                _command(size, rates, film), stdin=subprocess.PIPE, stderr=errors, process_group=0
            )
            timer = Timer(FILM_MAX_SECONDS, process.kill)
            timer.start()
            try:
                _feed(process, pictures, check)
            except BrokenPipeError:
                # It ended by itself: its last words say why.
                process.wait()
            finally:
                timer.cancel()
                process.kill()
                process.wait()
        if process.returncode:
            raise ValueError(f"ffmpeg made no film: {_last_line(log)}")
        return film.read_bytes()


def _command(size: tuple[int, int], rates: tuple[float, int], film: Path) -> list[str]:
    given = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}")
    return [
        imageio_ffmpeg.get_ffmpeg_exe(),
        *("-hide_banner", "-loglevel", "error", "-nostdin", "-y"),
        *(*given, "-framerate", f"{rates[0]:g}", "-i", "pipe:0"),
        *(*_ENCODED, "-r", f"{rates[1]}", str(film)),
    ]


def _feed(
    process: subprocess.Popen[bytes],
    pictures: Iterator[tuple[Image.Image, int]],
    check: Callable[[], None],
) -> None:
    for image, times in pictures:
        data = image.tobytes()
        for _ in range(times):
            check()
            process.stdin.write(data)
    process.stdin.close()
    while True:
        check()
        try:
            process.wait(_LOOK)
            return
        except subprocess.TimeoutExpired:
            continue


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it was ended."
