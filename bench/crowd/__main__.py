"""``python -m bench.crowd``: what a school meets, in one run; writes ``docs/performance.md``."""

import time
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path

from bench.crowd.report import document, table, with_soak
from bench.crowd.result import Result
from bench.crowd.scenarios import PROCESSES, SCENARIOS
from bench.crowd.site import Sites, app, empty
from bench.crowd.soak import AT_A_TIME, soak
from tests.serving import ROOT

DOCUMENT = ROOT / "docs" / "performance.md"


def main() -> None:
    parser = ArgumentParser(prog="python -m bench.crowd", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="SCENARIO", help=f"only these of {', '.join(SCENARIOS)}")
    parser.add_argument("--visitors", type=int, help="so many in each, to try it")
    parser.add_argument("--seconds", type=float, help="of turning knobs in each, to try it")
    parser.add_argument("--processes", type=int, default=PROCESSES, help="behind nginx, %(default)s")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help=f"default {DOCUMENT.relative_to(ROOT)} for a whole run"
    )
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="let visitors come and go for so long, instead")
    chosen = parser.parse_args()
    if chosen.soak:
        said = soak(chosen.soak, chosen.processes, chosen.visitors or AT_A_TIME)
        print(said)
        if chosen.write:
            chosen.write.write_text(with_soak(chosen.write.read_text(), said))
        return
    if wrong := set(chosen.names) - set(SCENARIOS):
        parser.error(f"There is no {', '.join(sorted(wrong))}. There are {', '.join(SCENARIOS)}.")
    changes = {"visitors": chosen.visitors, "seconds": chosen.seconds, "processes": chosen.processes}
    done: dict[str, Result] = {}
    began = time.monotonic()
    for name in chosen.names or SCENARIOS:
        scenario = replace(SCENARIOS[name], **{k: v for k, v in changes.items() if v is not None})
        done[name] = scenario.run(Sites(app, empty))
        print(table(done[name]), end="\n\n", flush=True)
    tried = chosen.names or chosen.visitors or chosen.seconds
    if where := chosen.write or (None if tried else DOCUMENT):
        before = where.read_text() if where.exists() else ""
        where.write_text(document(done, (time.monotonic() - began) / 60, chosen.processes, before))
        print(f"Written to {where}.")


if __name__ == "__main__":
    main()
