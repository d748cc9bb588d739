"""Where the workbench's bundles are, and what their launcher says about starting them."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

from .problem import problem, three_lines
from .unpacked import unpack

LAUNCHER = "llmsys"


@dataclass(frozen=True)
class House:
    """A folder with the launcher: a checkout, or what ``./llmsys dist`` wrote.

    state: where a run writes, when LLMSYS_HOME says so; beside the launcher otherwise.
    """

    root: Path
    state: Path | None


@dataclass(frozen=True)
class Start:
    """What the launcher found: a JDK, the run folder with the bundles, and the flags they want."""

    jdk: Path
    run: str
    home: str
    root: str
    class_path: str
    archive: str
    flags: tuple[str, ...]

    def library(self) -> Path:
        """The virtual machine's own library."""
        for name in ("lib/server/libjvm.so", "lib/server/libjvm.dylib"):
            if (self.jdk / name).is_file():
                return self.jdk / name
        raise problem("cannot start Java", f"{self.jdk} has no libjvm", "install a whole JDK 25, with its server machine")


def is_house(folder: Path) -> bool:
    """Whether the launcher lies here, with sources to build from or bundles that were built."""
    return (folder / LAUNCHER).is_file() and ((folder / "lib").is_dir() or (folder / "pom.xml").is_file())


def find_house(given: str | os.PathLike[str] | None) -> House:
    """The folder or zip that was given; else that of LLMSYS_HOME; else the checkout that this package was installed from."""
    variable = os.environ.get("LLMSYS_HOME")
    state = Path(variable) if variable else None
    if given is not None:
        return _house_at(Path(given), "the folder or zip that was given", None if state and _names_house(state) else state)
    if state is not None and _names_house(state):
        return _house_at(state, "LLMSYS_HOME", None)
    for folder in _origins():
        if is_house(folder):
            return House(folder, state)
    raise problem(
        "there is no workbench to open",
        "this package holds no bundles, and it was not installed from a checkout that is still there",
        "in a checkout run ./llmsys dist, and give Workbench(...) or LLMSYS_HOME the folder or zip that it writes",
    )


def _names_house(path: Path) -> bool:
    return path.suffix == ".zip" or is_house(path)


def _house_at(path: Path, who: str, state: Path | None) -> House:
    path = path.expanduser().resolve()
    folder = unpack(path) if path.is_file() else path
    if not is_house(folder):
        reason = "there is no such folder or zip" if not path.exists() else "it has no launcher called llmsys with lib/ or pom.xml beside it"
        raise problem(f"there is no workbench in {path} ({who})", reason, "give a checkout, or the folder or zip that ./llmsys dist writes")
    return House(folder, state)


def _origins() -> list[Path]:
    """Checkouts that this package may come from: where its source lies now, and where pip took it from."""
    folders = list(Path(__file__).resolve().parents)
    try:
        told = importlib.metadata.distribution("llmsys").read_text("direct_url.json")
        url = urlparse(json.loads(told)["url"]) if told else None
    except (importlib.metadata.PackageNotFoundError, KeyError, ValueError):
        url = None
    if url is not None and url.scheme == "file":
        source = Path(unquote(url.path))
        folders += [source, *source.parents]
    return folders


def describe(house: House, java_home: str | os.PathLike[str] | None) -> Start:
    """Asks the launcher, which finds the JDK, builds what is missing in a checkout, and prepares the run folder."""
    environment = dict(os.environ)
    environment.pop("LLMSYS_HOME", None)
    if house.state is not None:
        environment["LLMSYS_HOME"] = str(house.state)
    if java_home is not None:
        environment["JAVA_HOME"] = str(java_home)
    try:
        launcher = subprocess.Popen(
            ["bash", str(house.root / LAUNCHER), "--embed"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=environment,
        )
    except FileNotFoundError:
        raise problem("cannot ask the launcher", "it is a script for bash, and there is no bash", "install bash") from None
    with launcher:
        complaint = []
        for line in launcher.stderr:                                   # a build takes a minute: it is told while it goes on
            if line.startswith("llmsys: "):
                print(line, end="", file=sys.stderr, flush=True)
            else:
                complaint.append(line)
        answer = launcher.stdout.read()
    if launcher.returncode != 0:
        raise _complaint("".join(complaint), launcher.returncode)
    return _read(answer)


def _complaint(text: str, status: int) -> Exception:
    start = text.rfind("error: ")
    if start < 0:
        return problem("the launcher failed", f"status {status}: {text.strip() or 'it said nothing'}", "run ./llmsys doctor in its folder")
    return three_lines(text[start:].strip())


def _read(answer: str) -> Start:
    values: dict[str, str] = {}
    flags = []
    for line in answer.splitlines():
        name, _, value = line.partition("=")
        if name == "flag":
            flags.append(value)
        else:
            values[name] = value
    try:
        return Start(Path(values["jdk"]), values["run"], values["home"], values["root"], values["classpath"], values["archive"], tuple(flags))
    except KeyError as missing:
        raise problem("the launcher said nothing that a process can start with", f"{missing} is missing in its answer",
                      "use a launcher of the same version as this package") from None
