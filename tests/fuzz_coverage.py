"""Change the corpus by what code an input reaches, target by target: ``python tests/fuzz_coverage.py --minutes 10``.

Atheris (libFuzzer, with Python's own branches) keeps what reaches something new in `build/fuzz`, and begins there the
next time. A failure is made smaller, written into the corpus, where `make test` replays it, and named; its target
rests.
"""

import argparse
import random
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "build" / "fuzz"
LARGEST = 20_000  # bytes of an input
PATIENCE = 300  # s on the clock until an input hangs: the machine may be busy, and `limits` counts the processor
WATCHED = [
    "cnnviz",
    "PIL",
    "zipfile",
    "tarfile",
    "csv",
    "numpy.lib",
    "safetensors",
    "soundfile",
]  # whose branches count


def main() -> int:
    parser = argparse.ArgumentParser(description="Fuzz readers and addresses by what they reach.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--turn", type=float, default=1, help="minutes of a target at a time")
    parser.add_argument("--one", action="store_true", help="one target, in this process; the rest is libFuzzer's")
    parser.add_argument("targets", nargs="*", help="all if none is named")
    asked, more = parser.parse_known_args()
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    if asked.one:
        fuzz(asked.targets[0], more)
    return rounds(asked.targets, 60 * asked.minutes, 60 * asked.turn)


def rounds(chosen: list[str], seconds: float, turn: float) -> int:
    """Give each target its turn until the time is over; how many failed."""
    from targets import TARGETS  # noqa: PLC0415 -- where a target is tried, what is watched is imported first

    left, until, failed = chosen or list(TARGETS), time.time() + seconds, 0
    while left and time.time() < until:
        random.shuffle(left)
        for name in [*left]:
            begin(name)
            if (rest := until - time.time()) <= 0:
                break
            if subprocess.call(command(name, min(turn, rest)), cwd=ROOT):
                failed += 1
                left.remove(name)
                for found in KEPT.glob(f"{name}-*"):
                    print(f"FAILED: {put_away(name, found)}", flush=True)
    return failed


def begin(name: str) -> None:
    """What a target begins with besides its corpus: files of real cases, and addresses that were shared once."""
    from targets import CORPUS, inputs, saved_addresses  # noqa: PLC0415

    own = KEPT / name
    own.mkdir(parents=True, exist_ok=True)
    for path in inputs(name):
        if path.parent != CORPUS / name and path.stat().st_size <= LARGEST:
            (own / path.name).write_bytes(path.read_bytes())
    for number, address in enumerate(saved_addresses() if name == "address" else []):
        (own / f"saved_{number}").write_text(address)


def command(name: str, seconds: float) -> list[str]:
    options = [f"-max_total_time={max(1, round(seconds))}", f"-max_len={LARGEST}", f"-timeout={PATIENCE}"]
    options += [
        "-rss_limit_mb=4096",
        f"-report_slow_units={PATIENCE}",
        f"-artifact_prefix={KEPT}/{name}-",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    words = [f"-dict={dictionary()}"] if name == "address" else []
    return [sys.executable, __file__, "--one", name, *options, *words, str(KEPT / name), f"tests/corpus/{name}"]


def dictionary() -> Path:
    """All words that addresses may hold, for libFuzzer to put in."""
    from hostile import NO_NUMBERS, NO_ROWS  # noqa: PLC0415

    from cnnviz.scenes.query import PAGES  # noqa: PLC0415
    from cnnviz.web.vocabulary import words  # noqa: PLC0415

    found = {f"&{word}=" for page in PAGES for word in words(page)} | {*PAGES, "&s=", "&lang=", "per_axis=true&"}
    found |= {f"={value}" for value in [*NO_NUMBERS, *NO_ROWS] if value.isascii() and len(value) < 100}
    path = KEPT / "address.dict"
    path.write_text("".join(f'"{word}"\n' for word in sorted(found)))
    return path


def fuzz(name: str, options: list[str]) -> None:
    """Try one target until libFuzzer ends the process."""
    import atheris  # noqa: PLC0415

    with atheris.instrument_imports(include=WATCHED):
        import targets  # noqa: PLC0415

    atheris.Setup([sys.argv[0], *options], targets.TARGETS[name].trial)
    atheris.Fuzz()


def put_away(name: str, found: Path) -> Path:
    """Make a failing input smaller and put it into the corpus."""
    data = found.read_bytes()
    said = reason(name, data)
    small = smaller(name, data, said)
    kept = ROOT / "tests" / "corpus" / name / f"found_{found.name.rpartition('-')[2][:8]}"
    kept.write_bytes(small)
    found.unlink()
    print(f"{name}: {said}\n{small[:200]!r}")
    return kept


def smaller(name: str, data: bytes, said: str, tries: int = 400) -> bytes:
    """The input without what it can do without to fail in the same way."""
    step = len(data) // 2
    while step and said and tries > 0:
        for at in range(0, len(data), step):
            shorter = data[:at] + data[at + step :]
            tries -= 1
            if tries > 0 and len(shorter) < len(data) and reason(name, shorter) == said:
                data = shorter
                break
        else:
            step //= 2
    return data


def reason(name: str, data: bytes) -> str:
    """How an input fails: the kind of the error, and the line of ours; empty where it does not, or takes us with it."""
    from targets import TARGETS  # noqa: PLC0415

    try:
        TARGETS[name].trial(data)
    except Exception as error:
        at, place = error.__traceback__, ""
        while at:
            path = Path(at.tb_frame.f_code.co_filename)
            place = f"{path.name}:{at.tb_lineno}" if path.is_relative_to(ROOT / "cnnviz") else place
            at = at.tb_next
        return f"{type(error).__name__} at {place}"
    return ""


if __name__ == "__main__":
    raise SystemExit(main())
