"""``costplan pricing``: what the catalogue holds, and how prices get into it and stay."""

from __future__ import annotations

import typer

from costplan.cli.pricing import audit as pricing_audit
from costplan.cli.pricing import diff as pricing_diff
from costplan.cli.pricing import list as pricing_list
from costplan.cli.pricing import lock as pricing_lock
from costplan.cli.pricing import refresh as pricing_refresh
from costplan.cli.pricing import report as pricing_report
from costplan.cli.pricing import search as pricing_search
from costplan.cli.pricing import show as pricing_show

tree = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look up, refresh, pin and compare prices, with their sources.",
)
tree.command("audit")(pricing_audit.command)
tree.command("report")(pricing_report.command)
tree.command("diff")(pricing_diff.command)
tree.command("lock")(pricing_lock.command)
tree.command("list")(pricing_list.command)
tree.command("show")(pricing_show.command)
tree.command("search")(pricing_search.command)
tree.command("refresh")(pricing_refresh.command)
