"""The locks hold what the app needs, file by file; an audit that could not be made does not pass for one that was."""

import re
import subprocess
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from serving import ROOT

from deploy.audit import SOUND, UNKNOWN, WEAK, judged
from deploy.lock import CPU_LOCK, CUDA, CUDA_LOCK, LOCK, entries

ENTRY = re.compile(r"[\w.-]+==[^ ]+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+")
WANTED = [
    Requirement(line.split("#")[0]) for line in (ROOT / "requirements.txt").read_text().splitlines() if line[0] != "#"
]
STORE_LOCK = ROOT / "requirements-store.lock"


def locked(file) -> dict[str, str]:
    """Each entry by its package."""
    return {re.match(r"[\w.-]+", entry)[0]: entry for entry in entries(file.read_text())}


def needed(names: set[str]) -> set[str]:
    """These packages, and all that they need on this machine."""
    found, left = set(), set(names)
    while left:
        name = left.pop()
        found.add(name)
        try:
            told = map(Requirement, requires(name) or ())
        except PackageNotFoundError:  # of another platform, as torch's for CUDA
            continue
        left |= {canonicalize_name(one.name) for one in told if applies(one)} - found
    return found


def applies(one: Requirement) -> bool:
    return one.marker is None or one.marker.evaluate({**default_environment(), "extra": ""})


@pytest.mark.parametrize("file", [LOCK, CUDA_LOCK, CPU_LOCK, STORE_LOCK], ids=lambda file: file.name)
def test_every_entry_is_pinned_and_has_digests_and_nothing_else_stands_there(file):
    assert [entry for entry in locked(file).values() if not ENTRY.fullmatch(entry)] == []


def test_what_is_required_is_locked_as_it_is_pinned():
    pins = {canonicalize_name(one.name): str(one.specifier) for one in WANTED}
    found = {name: re.match(r"[\w.-]+(==[^ ]+)", entry)[1] for name, entry in locked(LOCK).items() if name in pins}
    assert found == pins


def test_all_that_is_needed_is_locked():
    assert (
        needed({canonicalize_name(one.name) for one in WANTED}) - locked(LOCK).keys() - locked(CUDA_LOCK).keys()
        == set()
    )


def test_what_is_for_cuda_alone_stands_apart():
    assert [name for name in locked(LOCK) if CUDA.match(name)] == []
    assert [name for name in locked(CUDA_LOCK) if not CUDA.match(name)] == []


def test_torch_is_locked_in_its_build_for_cpus_too():
    (pin,) = [one.specifier for one in WANTED if one.name == "torch"]
    (entry,) = locked(CPU_LOCK).values()
    assert entry.startswith(f"torch{pin}+cpu ")
    begun = re.findall(r"(cp3\d+)(?: begins)? with ([0-9a-f]{8})", re.sub(r"\n# ", " ", CPU_LOCK.read_text()))
    assert [python for python, _ in begun] == ["cp311", "cp312", "cp313"]
    assert [digest[:8] for digest in re.findall(r"sha256:(\w+)", entry)] == [digest for _, digest in begun]


def test_no_registry_is_named():
    """Whoever installs says where from; a lock made behind a mirror names none."""
    hosts = [r"pypi\.org", r"pythonhosted\.org", r"registry\.npmjs", r"download[^ ]*\.pytorch\.org"]
    pattern = "|".join(f"{host}/" for host in hosts)
    found = subprocess.run(["git", "grep", "-lE", pattern], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.stdout == ""


def test_the_image_installs_what_is_locked_and_nothing_else():
    commands = re.findall(r"pip install([^;&]*)", (ROOT / "deploy/Dockerfile").read_text())
    files = [re.findall(r"-r (\S+)", command) for command in commands]
    cpu, cuda = ["requirements-cpu.lock"], ["requirements.lock", "requirements-cuda.lock"]
    store = [STORE_LOCK.name]
    assert files == [cpu, [*cuda[:1], *store], [*cuda, *store]]
    assert [one for one in commands if "--require-hashes" not in one] == []


@pytest.mark.parametrize(
    "said, status, words",
    [
        ([{"name": "a", "version": "1", "vulns": []}], SOUND, "1 of 1 packages audited; 0 known"),
        (
            [{"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}],
            WEAK,
            "a 1: PYSEC-1; mended in 2",
        ),
        (
            [{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "not found"}],
            UNKNOWN,
            "NOT AUDITED: 1",
        ),
        ([], UNKNOWN, "0 of 0 packages"),
    ],
)
def test_an_audit_passes_only_where_every_package_was_looked_up(said, status, words):
    told, lines = judged(said)
    assert told == status
    assert words in "\n".join(lines)
