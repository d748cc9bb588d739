"""The whole workbench inside a Python process: its JVM, its bundles, its commands, over numpy's own memory.

>>> with llmsys.Workbench() as wb:                                   # doctest: +SKIP
...     wb.use("matmul", "vector")
...     print(wb.generate("The old clock", max_tokens=40, temperature=0))
"""

from .plugin import Plugin
from .sampler import RegisteredSampler
from .workbench import Workbench

__all__ = ["Plugin", "RegisteredSampler", "Workbench"]
