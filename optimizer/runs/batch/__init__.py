"""Many runs: a grid of scenarios, solved and reported by an executor, resumable at any moment."""

from optimizer.batch.claim import HeldError
from optimizer.batch.crew import UnreachableError, cluster, processes
from optimizer.batch.grid import read_grid
from optimizer.batch.index import write_index
from optimizer.batch.job import Job
from optimizer.batch.ledger import Entry, LedgerError
from optimizer.batch.night import Night, Progress, Settings, run_batch
from optimizer.executors import cores

__all__ = [
    "Entry",
    "HeldError",
    "Job",
    "LedgerError",
    "Night",
    "Progress",
    "Settings",
    "UnreachableError",
    "cluster",
    "cores",
    "processes",
    "read_grid",
    "run_batch",
    "write_index",
]
