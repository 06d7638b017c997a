"""`python tests/spawned.py VERB ...`: the verbs where workers can only be spawned, as on Windows."""

import multiprocessing

from optimizer.cli import main

if __name__ == "__main__":
    multiprocessing.get_all_start_methods = lambda: ["spawn"]
    main()
