"""What all tests share: where the checkout and the shared data are, and an engine that each test finds as it is at first."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import llmsys

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)


@pytest.fixture(scope="session")
def checkout() -> Path:
    if not (CHECKOUT / "workspace" / "model").is_dir():
        pytest.skip("these tests are not in a checkout")
    return CHECKOUT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Models and oracles that nobody of this project wrote."""
    where = os.environ.get("LLMSYS_SHARED")
    if not where or not Path(where).is_dir():
        pytest.skip("LLMSYS_SHARED names no folder of shared data")
    return Path(where)


@pytest.fixture(scope="session")
def workspace_model(checkout: Path) -> llmsys.Model:
    return llmsys.load_model(checkout / "workspace" / "model")


@pytest.fixture(scope="session")
def stories(shared: Path) -> llmsys.Model:
    folder = shared / "data" / "models" / "stories260K"
    return llmsys.load_model(folder / "stories260K.bin", tokenizer=folder / "tok512.bin")


@pytest.fixture(autouse=True)
def as_it_was():
    """Threads and selections of one test are not the next one's."""
    before = llmsys.threads()
    yield
    llmsys.set_threads(before)
    for slot in llmsys.slots():
        llmsys.use(slot, "auto")
    llmsys.memory_limit(0)
