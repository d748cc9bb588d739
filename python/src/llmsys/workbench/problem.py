"""Errors of the workbench as llmsys.Error: what, why and fix, a line each."""

from __future__ import annotations

from ..errors import Error


def problem(what: str, why: str, fix: str) -> Error:
    """An error with these three parts."""
    return Error(what, why, fix, "state")


def three_lines(text: str) -> Error:
    """An error of text that has its three lines already, as commands print them. A part may go over several lines."""
    what, _, rest = text.strip().removeprefix("error: ").partition("\nwhy: ")
    why, _, fix = rest.partition("\nfix: ")
    return problem(what, why, fix)


def java_error(what: str, why: str, fix: str, java_class: str, java_trace: str) -> Error:
    """An exception of Java. Its class and its stack trace there are kept beside the text, as java_class and java_trace."""
    error = problem(what, why, fix)
    error.java_class = java_class
    error.java_trace = java_trace
    return error
