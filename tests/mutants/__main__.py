"""`make mutants`: draw a sample of small wrong changes, try the tests on each, and say which nobody noticed."""

import argparse
import sys
import time
from pathlib import Path

from tests.mutants.crew import snapshot_of
from tests.mutants.run import run

ROOT = Path(__file__).parents[2]
SIZE, SEED = 300, 11


def main() -> int:
    """Run, print the report, and return the exit status: 1 where too many mutants survived."""
    asked = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    asked.add_argument("--size", type=int, default=SIZE, help="how many mutants are drawn")
    asked.add_argument("--seed", type=int, default=SEED, help="another seed draws others")
    asked.add_argument("--workers", type=int, default=2, help="how many are tried at a time")
    options = asked.parse_args()
    started = time.monotonic()
    try:
        with snapshot_of(ROOT) as snapshot:
            report = run(snapshot, options.size, options.seed, options.workers, ROOT / ".mutants" / "tests.json")
    except (RuntimeError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{report}\n{(time.monotonic() - started) / 60:.1f} minutes\n")
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
