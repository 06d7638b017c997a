"""Many runs: a grid of scenarios, solved and reported by an executor, resumable at any moment."""

from optimizer.parallel.pool import cores
from optimizer.runs.batch.attempts import AttemptsError
from optimizer.runs.batch.batch_run import BatchRun, Progress, Settings, run_batch
from optimizer.runs.batch.grid import read_grid
from optimizer.runs.batch.index import labels_of, write_index
from optimizer.runs.batch.job import Job
from optimizer.runs.batch.lock import LockedError
from optimizer.runs.batch.standing import Entry
from optimizer.runs.batch.workers import UnreachableError, cluster, processes

__all__ = [
    "AttemptsError",
    "BatchRun",
    "Entry",
    "Job",
    "LockedError",
    "Progress",
    "Settings",
    "UnreachableError",
    "cluster",
    "cores",
    "labels_of",
    "processes",
    "read_grid",
    "run_batch",
    "write_index",
]
