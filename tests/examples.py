"""How many examples a property test draws: in `make test` a few, others each time; in `make fuzz` many.

Of a list of cases that is long, `make test` tries some, the same each time; `make fuzz` all.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from hypothesis import HealthCheck, settings

FEW, MANY = 6, 1000

# A failing example is kept in .hypothesis and tried first from then on, and a line that brings it back is printed.
# No time counts: it is the machine's.
COMMON: dict[str, Any] = {"deadline": None, "print_blob": True, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("ci", max_examples=FEW, **COMMON)
settings.register_profile("fuzz", max_examples=MANY, **COMMON)
settings.load_profile("ci")


def examples(times: float, **more: Any) -> settings:
    """So many times as many examples as others draw: fewer where one is slow, more where a test stands alone."""
    return settings(max_examples=max(2, round(times * settings.default.max_examples)), **more)


def fuzzing() -> bool:
    """Are many examples drawn?"""
    return settings.get_current_profile_name() == "fuzz"


def thinned(cases: Iterable[Any], every: int) -> list[Any]:
    """One case of so many, in `make fuzz` each; the number should divide no length by which the list repeats."""
    return list(islice(cases, 0, None, 1 if fuzzing() else every))
