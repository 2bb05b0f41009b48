"""What a school does to a site, each with its promises and beside the empty page in the same run: one file each."""

from bench.crowd.scenarios.beside import Beside
from bench.crowd.scenarios.classroom import Classroom
from bench.crowd.scenarios.mixed import Mixed
from bench.crowd.scenarios.scenario import PROCESSES, Scenario
from bench.crowd.scenarios.uploads import Uploads

__all__ = ["PROCESSES", "SCENARIOS", "Scenario"]

SCENARIOS: dict[str, Scenario] = {
    "classroom": Classroom(),
    "mixed": Mixed(),
    "uploads": Uploads(),
    "beside": Beside(),
}
