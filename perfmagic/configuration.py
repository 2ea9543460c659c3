"""Defaults that the user sets the IPython way: ``%config Perfmagic.budget = 5`` or ``c.Perfmagic.rounds = 12``."""

from typing import TYPE_CHECKING, cast

from traitlets import Bool, Enum, Float, Int, List, Unicode
from traitlets.config import Configurable

if TYPE_CHECKING:
    from perfmagic.model.options import Options, Verify


class Perfmagic(Configurable):
    """Defaults of the options that all magics of perfmagic share."""

    strategies = List(Unicode(), help="Strategies to try, in order; empty: all.").tag(config=True)
    rounds = Int(20, min=1, help="Timed rounds at most.").tag(config=True)
    budget = Float(10.0, min=0.001, help="Seconds for everything after the first run of the cell.").tag(
        config=True
    )
    workers = Int(0, min=0, help="Worker threads at most; 0: the strategy chooses.").tag(config=True)
    limit = Int(32, min=1, help="Concurrent operations at most.").tag(config=True)
    rtol = Float(0.0, min=0.0, help="Relative tolerance for floats when results are compared.").tag(
        config=True
    )
    verify = Enum(
        ("auto", "plain", "fuzz", "off"), default_value="auto", help="How results are compared."
    ).tag(config=True)
    profile = Bool(default_value=True, help="Whether profiled runs are made.").tag(config=True)
    quiet = Bool(default_value=False, help="Whether the report is left out.").tag(config=True)

    def options(self) -> "Options":
        """Return the options of a bare magic line under this configuration."""
        from perfmagic.model.options import Options  # noqa: PLC0415 - loading the extension needs no options

        return Options(
            strategies=tuple(self.strategies),
            rounds=self.rounds,
            budget_s=self.budget,
            workers=self.workers or None,
            limit=self.limit,
            rtol=self.rtol,
            verify=cast("Verify", self.verify),
            profile=self.profile,
            quiet=self.quiet,
        )
