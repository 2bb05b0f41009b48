"""Work outside the script thread: processes with limits, progress and cancel, in which visitors take turns."""

from cnnviz.jobs.errors import JobError
from cnnviz.jobs.pool import Job, Pool
from cnnviz.jobs.process import Kind

__all__ = ["Job", "JobError", "Kind", "Pool"]
