"""The code of the READMEs that opens a workbench runs as it is printed, block after block in one process."""

from __future__ import annotations

import re

import pytest

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("readme", ["python/README.md", "bundles/python/README.md"])
def test_blocks(house, script, readme):
    blocks = [code for code in BLOCK.findall((house / readme).read_text()) if "Workbench" in code]
    assert blocks, f"{readme} shows no workbench"
    out = script("\n".join(blocks))
    assert len(out) > 20
