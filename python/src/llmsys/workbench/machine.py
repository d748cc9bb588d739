"""The Java virtual machine of this process: one, started with the first workbench and kept to the end, because HotSpot cannot be started twice."""

from __future__ import annotations

from .house import Start
from .problem import problem

_started_with: Start | None = None


def bridge():
    """The module llmsys._jvm."""
    try:
        from .. import _jvm
    except ImportError as missing:
        raise problem(
            "this package was built without its bridge to Java",
            f"no JDK was found when it was built ({missing})",
            "install a JDK 25 and build it again: pip install --force-reinstall --no-deps ./python",
        ) from None
    return _jvm


def ensure_machine(start: Start, memory: str | None, options: tuple[str, ...]) -> None:
    """Starts it, or makes sure that the one that runs will do.

    memory:  its largest heap, for example "2g"; a quarter of the machine's when left out
    options: more flags, as on the command line of java
    """
    global _started_with
    jvm = bridge()
    if not jvm.runs():
        jvm.start(str(start.library()), _flags(start, memory, options))
        _started_with = start
        return
    first = _started_with
    if first is not None and (first.root != start.root or first.jdk != start.jdk):
        raise problem(
            f"cannot open the workbench of {start.root} in this process",
            f"its Java was started by {first.jdk} with the launcher of {first.root}, and a process has one Java",
            "open it in another process",
        )
    if memory is not None or options:
        raise problem("memory and java_options come too late", "the Java of this process runs already, since its first Workbench",
                      "give them to the first one, or leave them out")


def _flags(start: Start, memory: str | None, options: tuple[str, ...]) -> list[str]:
    flags = [*start.flags, f"-Djava.class.path={start.class_path}", f"-XX:ErrorFile={start.home}/log/hs_err_pid%p.log"]
    if start.archive:
        flags.append(f"-XX:SharedArchiveFile={start.archive}")
    if memory is not None:
        flags.append(f"-Xmx{memory}")
    return [*flags, *options]
