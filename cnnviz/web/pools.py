"""The worker processes of this server."""

import os

from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.jobs import Kind, Pool

# What takes seconds. It stands back behind the server, so that knobs go first; and there are two workers at least, so
# that one visitor's film does not hold up another's.
LONG = Pool(
    Kind(memory=3 * 2**30, nice=10, modules=("cnnviz.export", "cnnviz.scenes.build")),
    most=max(2, (os.cpu_count() or 2) // 2),
)


def visitor() -> str:
    """Whose turn a job is: the session's own name, or none where no browser asks."""
    context = get_script_run_ctx()
    return context.session_id if context else ""
