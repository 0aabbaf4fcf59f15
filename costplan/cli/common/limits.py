"""The options of ``costplan check`` that set a limit: one a limit of ``[budget]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

if TYPE_CHECKING:
    from decimal import Decimal

Texts = list[str] | None
SHARES = ("--min-reliability", "--max-vendor-share", "--max-probability-over")
"""The limits that are shares of a whole."""


def limit(name: str, help_text: str, metavar: str = "N") -> Any:
    """An option that sets a limit."""
    return typer.Option(name, metavar=metavar, help=help_text)


class Limits(NamedTuple):
    """What is written of each limit, as often as it is given."""

    max_total: Annotated[Texts, limit("--max-total", "A month, at most.")] = None
    max_component: Annotated[
        Texts, limit("--max-component", "One component, at most.", "tokens=1000")
    ] = None
    max_per_request: Annotated[Texts, limit("--max-per-request", "At most.")] = None
    max_per_trusted_answer: Annotated[Texts, limit("--max-per-trusted-answer", "At most.")] = None
    max_per_seat: Annotated[Texts, limit("--max-per-seat", "At most.")] = None
    max_increase: Annotated[
        Texts, limit("--max-increase", "Over the baseline, at most; may be repeated.", "10%|500")
    ] = None
    min_reliability: Annotated[
        Texts, limit("--min-reliability", "Trusted answers, at least.", "0.98|98%")
    ] = None
    max_silent: Annotated[Texts, limit("--max-silent", "Silent failures a month, at most.")] = None
    max_vendor_share: Annotated[
        Texts, limit("--max-vendor-share", "With one vendor, at most.", "0.6|60%")
    ] = None
    max_price_age: Annotated[
        Texts, limit("--max-price-age", "Of the oldest price, at most.", "DAYS")
    ] = None
    max_unpriced: Annotated[
        Texts, limit("--max-unpriced", "Lines without a price, allowed ones too, at most.")
    ] = None
    max_overridden: Annotated[
        Texts, limit("--max-overridden", "Offers priced otherwise than the catalogue, at most.")
    ] = None
    max_kwh: Annotated[Texts, limit("--max-kwh", "Likely electricity a month, at most.", "KWH")] = (
        None
    )
    max_kgco2e: Annotated[Texts, limit("--max-kgco2e", "Likely CO2e a month, at most.", "KG")] = (
        None
    )
    max_p95: Annotated[Texts, limit("--max-p95", "The month in 95 % of the draws, at most.")] = None
    max_probability_over: Annotated[
        Texts, limit("--max-probability-over", "Draws over --max-total, at most.", "0.1|10%")
    ] = None

    def numbers(self) -> dict[str, Decimal]:
        """The limits by the path that they would have below ``[budget]``.

        Raises BadUsage for what is no number of its kind, and for one that is given twice.
        """
        return self._single() | self._of_components() | self._on_increase()

    def _single(self) -> dict[str, Decimal]:
        from costplan.api.checking import LIMITS
        from costplan.cli.common.words import sane, share
        from costplan.problems import BadUsage

        keys = {option: key for key, (_, option) in LIMITS.items()}
        numbers: dict[str, Decimal] = {}
        for field, texts in self._asdict().items():
            option = f"--{field.replace('_', '-')}"
            if field in ("max_component", "max_increase"):
                continue
            if texts is not None and len(texts) > 1:  # the last one alone would loosen the first
                raise BadUsage(f"{option} is given twice")
            for text in texts or ():
                number = share(option, text) if option in SHARES else sane(option, text)
                numbers[keys[option]] = number
        return numbers

    def _of_components(self) -> dict[str, Decimal]:
        from costplan.cli.common.words import sane
        from costplan.problems import BadUsage, clean

        numbers: dict[str, Decimal] = {}
        for pair in self.max_component or ():
            name, equals, text = pair.partition("=")
            if not equals or not name:
                raise BadUsage(f"--max-component {clean(pair)}: write it as tokens=1000")
            if f"component.{name}" in numbers:
                raise BadUsage(f"--max-component: {clean(name)} is given twice")
            numbers[f"component.{name}"] = sane(f"--max-component {clean(name)}", text)
        return numbers

    def _on_increase(self) -> dict[str, Decimal]:
        from costplan.cli.common.words import percentage, sane
        from costplan.problems import BadUsage

        numbers: dict[str, Decimal] = {}
        for text in self.max_increase or ():
            percent = percentage("--max-increase", text)
            key = "increase" if percent is None else "increase_percent"
            if key in numbers:
                kind = "in money" if percent is None else "as a percentage"
                raise BadUsage(f"--max-increase is given twice {kind}")
            numbers[key] = sane("--max-increase", text) if percent is None else percent
        return numbers
