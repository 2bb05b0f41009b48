"""Ask for known weaknesses of what is locked: ``make audit``.

Ends with 0 if every package was looked up and none has a known weakness, with 1 if one has, and with 3 if packages
could not be looked up, because the advisories cannot be reached from here: then nothing is known of them.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-cuda.lock")
SOUND, WEAK, UNKNOWN = 0, 1, 3


def main() -> int:
    said = asked()
    if said is None:
        print("The advisories cannot be reached from here. NOTHING WAS AUDITED.")
        return UNKNOWN
    status, lines = judged(said)
    print("\n".join(lines))
    return status


def asked() -> Sequence[Mapping[str, Any]] | None:
    """What pip-audit says of each package; None where it says nothing."""
    program = shutil.which("pip-audit", path=Path(sys.executable).parent) or "pip-audit"
    files = [word for file in LOCKS for word in ("-r", file)]
    command = [program, *files, "--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        found: Sequence[Mapping[str, Any]] = json.loads(done.stdout)["dependencies"]
        return found
    except (json.JSONDecodeError, KeyError):
        print(done.stderr.strip()[-500:])
        return None


def judged(said: Sequence[Mapping[str, Any]]) -> tuple[int, list[str]]:
    """Exit status, and what is printed.

    Parameters
    ----------
    said : of each package
        Its name, and its version with its weaknesses, or the reason why it was passed over, which pip-audit itself
        counts as no failure.
    """
    passed_over = [one for one in said if "skip_reason" in one]
    weak = [(one, weakness) for one in said for weakness in one.get("vulns", ())]
    lines = [f"{one['name']} {one['version']}: {weakness['id']}; mended in {mends(weakness)}" for one, weakness in weak]
    lines.append(f"{len(said) - len(passed_over)} of {len(said)} packages audited; {len(weak)} known weaknesses.")
    if passed_over:
        lines.append(f"NOT AUDITED: {len(passed_over)}. The first: {passed_over[0]['skip_reason']}")
    return WEAK if weak else UNKNOWN if passed_over or not said else SOUND, lines


def mends(weakness: Mapping[str, Any]) -> str:
    """Versions without it."""
    return ", ".join(weakness["fix_versions"]) or "none yet"


if __name__ == "__main__":
    sys.exit(main())
