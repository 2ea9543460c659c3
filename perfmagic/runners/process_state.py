"""State of the process that cells change by name: random numbers, directory, environment, warnings, logging.

Kept: `random`, the global generator of `numpy.random`, the working directory, `os.environ`, `sys.path`, the filters and
hooks of `warnings`, levels, handlers and filters of all loggers, the `decimal` context of the running task, the locale.
Nothing is imported for it except `numpy.random` where numpy is loaded. Not kept: what modules hold otherwise (options
of pandas, imported modules, `sys.modules`); the analysis names changes of those.
"""

import locale
import logging
import os
import random
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from perfmagic.errors import RunError
from perfmagic.runners.state_keeping import same_items
from perfmagic.runners.state_randomness import same_generator_state

LoggerState: TypeAlias = tuple[int, bool, bool, list[logging.Handler], list[Any], list[int]]
WarningsState: TypeAlias = tuple[list[Any], dict[Any, Any], tuple[Any, ...]]
DecimalState: TypeAlias = tuple[dict[str, Any], dict[Any, bool], dict[Any, bool]]

WARNINGS_HOOKS = ("showwarning", "formatwarning", "_showwarnmsg_impl", "defaultaction")
DECIMAL_FIELDS = ("prec", "rounding", "Emin", "Emax", "capitals", "clamp")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the process's state: how it is read and written, ``None`` being what cannot be read."""

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], None]
    same: Callable[[Any, Any], bool] = lambda one, other: bool(one == other)


@dataclass(frozen=True, slots=True)
class ProcessState:
    """What the parts were at one moment; made by `save_process_state`."""

    parts: tuple[tuple[Part, Any], ...]

    def changed(self) -> tuple[str, ...]:
        """Return the names of the parts that are not as they were saved."""
        return tuple(
            part.name for part, value in self.parts if value is not None and not part.same(part.read(), value)
        )

    def restore(self) -> None:
        """Put back the parts that changed, and write to no other.

        Raises
        ------
        RunError
            If a part cannot be put back, such as a working directory that is gone; all others were.
        """
        failed: list[str] = []
        for part, value in self.parts:
            if value is None or part.same(part.read(), value):
                continue
            try:
                part.write(value)
            except (OSError, ValueError, TypeError) as error:
                failed.append(f"{part.name} ({error})")
        if failed:
            raise RunError(f"could not put back {', '.join(failed)}: set it again before you go on")


def save_process_state() -> ProcessState:
    """State of the process as of now, to be put back any number of times."""
    return ProcessState(tuple((part, part.read()) for part in _parts()))


def _parts() -> tuple[Part, ...]:
    return (
        Part("the state of random", random.getstate, random.setstate),
        Part("the state of numpy.random", _read_numpy, _write_numpy, same_generator_state),
        Part("os.environ", lambda: dict(os.environ), _write_environment),
        Part("sys.path", lambda: list(sys.path), _write_path),
        Part("warning filters", _read_warnings, _write_warnings),
        Part("logging", _read_logging, _write_logging, _same_logging),
        Part("the decimal context", _read_decimal, _write_decimal),
        Part("the locale", lambda: locale.setlocale(locale.LC_ALL), _write_locale),
        Part("the working directory", _read_directory, os.chdir),
    )


def numpy_random() -> Any:
    """Return ``numpy.random``, loaded if numpy is; ``None`` if the user does not use numpy."""
    numpy: Any = sys.modules.get("numpy")
    # newer versions load this part on first use, which may be in the cell: then the start would be unknown
    return numpy.random if hasattr(numpy, "random") else None


def _read_numpy() -> Any:
    module = numpy_random()
    return None if module is None else module.get_state(legacy=False)


def _write_numpy(state: Any) -> None:
    numpy_random().set_state(state)


def _write_environment(saved: dict[str, str]) -> None:
    for name in os.environ.keys() - saved.keys():
        del os.environ[name]
    for name, value in saved.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


def _write_path(saved: list[str]) -> None:
    sys.path[:] = saved


def _read_directory() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109  # a text is what `chdir` takes back
    except FileNotFoundError:  # somebody deleted it
        return None


def _read_warnings() -> WarningsState:
    once: dict[Any, Any] = getattr(warnings, "onceregistry", {})
    return list(warnings.filters), dict(once), tuple(getattr(warnings, name, None) for name in WARNINGS_HOOKS)


def _write_warnings(saved: WarningsState) -> None:
    filters, once, hooks = saved
    warnings.filters[:] = filters  # type: ignore[index]  # a list, typed as a read-only sequence
    registry: dict[Any, Any] = getattr(warnings, "onceregistry", {})
    registry.clear()
    registry.update(once)
    for name, hook in zip(WARNINGS_HOOKS, hooks, strict=True):
        if getattr(warnings, name, None) is not hook:
            setattr(warnings, name, hook)
    with warnings.catch_warnings():
        """Leaving this block tells the interpreter that the filters changed."""


def _loggers() -> list[logging.Logger]:
    known = [each for each in logging.root.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    return [logging.root, *known]


def _read_logger(logger: logging.Logger) -> LoggerState:
    levels = [handler.level for handler in logger.handlers]
    return (
        logger.level,
        logger.disabled,
        logger.propagate,
        list(logger.handlers),
        list(logger.filters),
        levels,
    )


def _read_logging() -> tuple[int, dict[logging.Logger, LoggerState]]:
    return logging.root.manager.disable, {logger: _read_logger(logger) for logger in _loggers()}


def _same_logging(one: Any, other: Any) -> bool:
    disabled, loggers = one
    old_disabled, old_loggers = other
    fresh = all(each in old_loggers or _same_logger(state, _FRESH) for each, state in loggers.items())
    known = all(_same_logger(loggers[each], state) for each, state in old_loggers.items() if each in loggers)
    return bool(disabled == old_disabled) and fresh and known


_FRESH: LoggerState = (logging.NOTSET, False, True, [], [], [])


def _same_logger(one: LoggerState, other: LoggerState) -> bool:
    return (
        one[:3] == other[:3]
        and one[5] == other[5]
        and same_items(one[3], other[3])
        and same_items(one[4], other[4])
    )


def _write_logging(saved: tuple[int, dict[logging.Logger, LoggerState]]) -> None:
    disabled, loggers = saved
    logging.disable(disabled)
    for logger in _loggers():
        state = loggers.get(
            logger, _FRESH
        )  # a logger that the run made cannot be taken away, only made fresh
        if not _same_logger(_read_logger(logger), state):
            _write_logger(logger, state)


def _write_logger(logger: logging.Logger, state: LoggerState) -> None:
    level, disabled, propagate, handlers, filters, levels = state
    logger.setLevel(level)
    logger.disabled, logger.propagate = disabled, propagate
    logger.handlers[:], logger.filters[:] = handlers, filters
    for handler, handler_level in zip(handlers, levels, strict=True):
        handler.setLevel(handler_level)


def _context() -> Any:
    decimal = sys.modules.get("decimal")
    return None if decimal is None else decimal.getcontext()


def _read_decimal() -> DecimalState | None:
    context = _context()
    if context is None:
        return None
    return {name: getattr(context, name) for name in DECIMAL_FIELDS}, dict(context.traps), dict(context.flags)


def _write_decimal(saved: DecimalState) -> None:
    context = _context()
    fields, traps, flags = saved
    for name, value in fields.items():
        setattr(context, name, value)
    context.traps.update(traps)
    context.flags.update(flags)


def _write_locale(saved: str) -> None:
    locale.setlocale(locale.LC_ALL, saved)
