"""What a process that works loads before everything else; its parent must not load it.

Libraries read these variables when they are loaded. With one thread each, as many processes as cores do not
contend. An interrupt is the parent's to answer.
"""

from __future__ import annotations

import os
import signal

ONE_THREAD = (
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",  # the PDF engine
    "VECLIB_MAXIMUM_THREADS",
)

os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
signal.signal(signal.SIGINT, signal.SIG_IGN)
