"""A program that ends with the process that started it, however that ends: `python child.py MODULE ARGUMENT ...`.

Its standard input is a pipe of which the starter holds the other end; the system closes it when the starter is gone.
"""

import os
import runpy
import signal
import sys
import threading


def child_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module as such a program; start it with a pipe as its standard input."""
    return [sys.executable, "-P", __file__, module, *arguments]


def _end_with_the_starter() -> None:
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the starter, which then ends its children
    threading.Thread(target=_end_with_the_starter, daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
