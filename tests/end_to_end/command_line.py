"""Commands as they are typed, run in this process."""

import sys
from pathlib import Path

import pytest

from mainstay import cli


def typed(home: Path | None, *words: str) -> int:
    """Run `mainstay [--home HOME] WORDS`; returns the exit status."""
    options = [] if home is None else ["--home", str(home)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["mainstay", *options, *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    cli.logger.handlers.clear()  # it writes to this test's standard error
    return int(ended.value.code or 0)
