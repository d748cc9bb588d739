"""What the tests of the workbench share: one that is open for all of them, and a way to run a script in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import llmsys

CHECKOUT = Path(__file__).resolve().parents[3]
BUNDLES = CHECKOUT / "launcher" / "target" / "runtime"


def _reason_to_skip() -> str | None:
    if not (CHECKOUT / "llmsys").is_file():
        return "these tests are not in a checkout"
    if not any(BUNDLES.glob("org.llmsys.python-*.jar")):
        return "the bundles are not built: run ./llmsys version"
    try:
        from llmsys import _jvm  # noqa: F401
    except ImportError:
        return "the package was built without its bridge to Java"
    launcher = subprocess.run(["bash", str(CHECKOUT / "llmsys"), "--find-jdk"], capture_output=True, env=dict(os.environ, LLMSYS_NO_BUILD="1"))
    return None if launcher.returncode == 0 else "there is no JDK 25"


@pytest.fixture(scope="session")
def house() -> Path:
    reason = _reason_to_skip()
    if reason:
        pytest.skip(reason)
    return CHECKOUT


@pytest.fixture(scope="session")
def state(tmp_path_factory) -> Path:
    """A state folder of the tests' own, with a space in its name: nobody's choices are touched."""
    return tmp_path_factory.mktemp("state of the tests")


@pytest.fixture(scope="session")
def environment(house, state) -> dict[str, str]:
    """For processes: the bundles as they were built last, and the tests' state folder."""
    return {**os.environ, "LLMSYS_HOME": str(state), "LLMSYS_NO_BUILD": "1"}


@pytest.fixture(scope="session")
def workbench(house, environment):
    patch = pytest.MonkeyPatch()
    patch.setenv("LLMSYS_HOME", environment["LLMSYS_HOME"])
    patch.setenv("LLMSYS_NO_BUILD", "1")
    with llmsys.Workbench(house) as opened:
        yield opened
    patch.undo()


@pytest.fixture
def wb(workbench):
    """The open workbench; what a test chose is not the next one's."""
    yield workbench
    for slot in {row["slot"] for row in workbench.services() if row["selected"]}:
        workbench.use(slot, "auto")


@pytest.fixture
def script(house, environment, tmp_path):
    """Runs Python code in a process of its own; ``HOUSE`` is the checkout, llmsys and numpy are imported."""

    def start(code: str, **more: str) -> subprocess.Popen:
        head = f"import os, signal, sys, threading, time\nimport numpy as np\nimport llmsys\nHOUSE = {str(house)!r}\n"
        return subprocess.Popen([sys.executable, "-c", head + textwrap.dedent(code)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                cwd=tmp_path, env={**environment, **more})

    def run(code: str, **more: str) -> str:
        process = start(code, **more)
        out, err = process.communicate(timeout=180)
        assert process.returncode == 0, f"status {process.returncode}\n{out}\n{err}"
        return out

    run.start = start
    return run
