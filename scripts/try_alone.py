"""Run the tests that failed beside others once more, with nothing beside them.

    try_alone.py FOLDER

``FOLDER`` has a folder for each part of the suite, with the exit code and the cache of its pytest; the cache knows what failed.
Ends with 0 when all of them pass now; what passed only alone is named, since it depends on something that it should not.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

MOST_FAILED = 3  # more than that is no accident
PASSED, SOME_FAILED = "0", "1"  # pytest's exit codes


def failed_tests(folder: Path) -> list[str] | None:
    """Return the tests that failed in all parts, or None where a part ended otherwise than by failed tests."""
    found: list[str] = []
    for part in sorted(folder.iterdir()):
        code = part / "exit-code"
        ended = code.read_text().strip() if code.exists() else "killed"
        if ended not in {PASSED, SOME_FAILED}:
            return None
        last = part / "v" / "cache" / "lastfailed"
        named = list(json.loads(last.read_text())) if ended == SOME_FAILED and last.exists() else []
        if ended == SOME_FAILED and not named:
            return None
        found += named
    return found


def main(folder: Path) -> int:
    """Try what failed in the parts below ``folder`` again; return the exit code of the whole."""
    failed = failed_tests(folder)
    if not failed or len(failed) > MOST_FAILED:
        return 1
    print(f"=== {len(failed)} failed; once more, alone", flush=True)
    code = subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *failed], check=False).returncode
    if code == 0:
        print("=== passed alone, failed beside the others. Find out why before the next release:", *failed, sep="\n    ")
    return 1 if code else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
