"""Parts done by Ray Data: on this machine, or on the cluster that ``RAY_ADDRESS`` names, which sees the same folder."""

import logging
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from cnnviz.scenes.corpus import CorpusError

ROOT = Path(__file__).parents[3]
STORE = 256 * 2**20  # bytes of what workers have given and is not taken yet
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DATA_DISABLE_PROGRESS_BARS": "1"}  # no telemetry, no bars


class OnRay:
    """Ray with so many workers, or as many as a cluster has.

    Raises
    ------
    CorpusError
        If Ray is not installed, or a part ends in an error.
    """

    def __init__(self, processes: int):
        self.processes = processes

    def __enter__(self) -> "OnRay":
        os.environ |= QUIET
        try:
            import ray.data  # noqa: PLC0415 -- an extra, and seconds
        except ImportError:
            raise CorpusError(
                "Ray is not installed. Run pip install -r requirements-ray.txt, or leave --engine out."
            ) from None
        self.ray = ray
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        here: dict[str, Any] = {
            "num_cpus": self.processes,
            "include_dashboard": False,
            "object_store_memory": STORE,
            "runtime_env": {"env_vars": {"PYTHONPATH": path}},
        }
        ray.init(logging_level=logging.ERROR, log_to_driver=False, **({} if os.environ.get("RAY_ADDRESS") else here))
        ray.data.DataContext.get_current().enable_progress_bars = False
        for name in ("ray.data", "ray"):
            logging.getLogger(name).setLevel(logging.ERROR)
        return self

    def __exit__(self, *_: object) -> None:
        self.ray.shutdown()

    def __call__(
        self, work: Callable[..., Any], search: Any, items: Sequence[Any], *more: Any
    ) -> Iterator[tuple[int, Any]]:
        """As they come."""
        if not items:
            return
        rows = [{"place": place, "item": pickle.dumps(item)} for place, item in enumerate(items)]
        common = self.ray.put((work, search, more))  # once for all
        data = self.ray.data.from_items(rows, override_num_blocks=len(rows))
        try:
            for row in data.map_batches(batch, batch_size=1, fn_kwargs={"common": common}).iter_rows():
                yield int(row["place"]), pickle.loads(row["found"])
        except self.ray.exceptions.RayError as error:
            raise CorpusError(
                "Ray could not do a part: {why}. The same command goes on from here.", why=str(error).splitlines()[-1]
            ) from None


def batch(rows: dict[str, Any], common: Any) -> dict[str, Any]:
    """The work on a batch of rows, for `map_batches`."""
    import ray  # noqa: PLC0415 -- here it is

    work, search, more = ray.get(common)
    found = [pickle.dumps(work(search, pickle.loads(item), *more)) for item in rows["item"]]
    return {"place": rows["place"], "found": found}
