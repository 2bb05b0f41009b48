"""MP4 by ffmpeg, through a pipe: raw pictures in, a file out, and nothing left behind."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from cnnviz.core.machine import ROOM, told
from cnnviz.export.look import ExportError
from cnnviz.export.raster import Pixels
from cnnviz.text import _

SMOOTH = 10  # pictures a second that players expect at least; slower films repeat theirs

# Brightness and colours as HD has them, and said so: of a file that says nothing, players guess. The numbers that come
# in are a screen's (sRGB), so their curve is, too.
TO_VIDEO = (
    "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p,"
    "setparams=colorspace=bt709:color_primaries=bt709:color_trc=iec61966-2-1:range=tv"
)


def find_ffmpeg() -> str:
    """Where ffmpeg is: what `CNNVIZ_FFMPEG` names, the one on the PATH, or the one that imageio-ffmpeg brings.

    Raises
    ------
    ExportError
        If there is none, with how to get one.
    """
    named = os.environ.get("CNNVIZ_FFMPEG", "")
    if named:
        found = shutil.which(named)
        if not found:
            raise ExportError(
                "CNNVIZ_FFMPEG names {named}, which is no program. Let it name ffmpeg, or unset it.", named=named
            )
        return found
    found = shutil.which("ffmpeg") or bundled()
    if not found:
        raise ExportError(
            "An MP4 needs ffmpeg and there is none. Get one by pip install imageio-ffmpeg, or choose GIF."
        )
    return found


def bundled() -> str | None:
    """The program that the package imageio-ffmpeg brings, if it is installed."""
    try:
        import imageio_ffmpeg  # type: ignore[import-untyped]  # noqa: PLC0415 -- who makes no MP4 needs none

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return None


class Mp4:
    """A film that is being written.

    Parameters
    ----------
    size : width and height, both even [pixels]
    seconds : that each picture is seen
    """

    def __init__(self, folder: Path, size: tuple[int, int], seconds: Fraction):
        program = find_ffmpeg()
        self.file, self.log = folder / "film.mp4", (folder / "log.txt").open("w+b")
        again = -(-SMOOTH * seconds.numerator // seconds.denominator)  # rounded up
        width, height = size
        self.process = subprocess.Popen(
            [
                *(program, "-loglevel", "error", "-nostdin", "-y"),
                *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-framerate", f"{1 / seconds}"),
                *("-i", "pipe:0", "-an", "-r", f"{max(again, 1) / seconds}", "-vf", TO_VIDEO),
                *("-c:v", "libx264", "-preset", "veryfast", "-crf", "22", "-tune", "animation"),
                *("-pix_fmt", "yuv420p", "-movflags", "+faststart", "-threads", "1", str(self.file)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self.log,
        )

    def add(self, picture: Pixels) -> None:
        """The next picture, shape (rows, columns, 3)."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(picture.tobytes())
        except OSError:
            self.fail()

    def finish(self) -> bytes:
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()
        if self.process.wait():
            self.fail()
        return self.file.read_bytes()

    def fail(self) -> None:
        if not shutil.disk_usage(self.file.parent).free:  # nor was there room to say so
            raise ExportError(ROOM)
        self.log.seek(0)
        said = self.log.read().decode(errors="replace").strip().splitlines() or [_("it gave no reason")]
        raise ExportError("ffmpeg made no film: {said}. Choose GIF, or another ffmpeg by CNNVIZ_FFMPEG.", said=said[-1])

    def stop(self) -> None:
        """Kill it if it still runs; a film that is finished does not."""
        with suppress(OSError):
            if self.process.stdin:
                self.process.stdin.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()


@contextmanager
def mp4(size: tuple[int, int], seconds: Fraction) -> Iterator[Mp4]:
    """A film whose process and files are gone afterwards, however it ends."""
    with told(ExportError, (OSError,)), TemporaryDirectory(prefix="cnnviz-") as folder:
        film = Mp4(Path(folder), size, seconds)
        try:
            yield film
        finally:
            film.stop()
