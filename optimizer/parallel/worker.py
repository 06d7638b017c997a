"""What a process that works loads before everything else; its parent must not load it.

Libraries read these variables when they are loaded. With one thread each, as many processes as cores do not
contend. An interrupt is the parent's to answer.
"""

from __future__ import annotations

import os
import signal

from optimizer.parallel.pool import ONE_THREAD

os.environ.update(ONE_THREAD)
signal.signal(signal.SIGINT, signal.SIG_IGN)
