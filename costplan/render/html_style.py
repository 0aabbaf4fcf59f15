"""The stylesheet of a page. Contrasts are at least 4.5 to 1 for text and 3 to 1 for what is
drawn, in both schemes (WCAG AA)."""

from __future__ import annotations

from costplan.render.colours import COLOURS, shade_of


def _variables(scheme: str) -> str:
    """The components' colours of a scheme."""
    return " ".join(
        f"--{shade_of(name)}: {getattr(colour, scheme)};" for name, colour in COLOURS.items()
    )


def _classes() -> str:
    return " ".join(f".{shade_of(name)} {{ fill: var(--{shade_of(name)}); }}" for name in COLOURS)


TEMPLATE = """\
:root { color-scheme: light dark; --ink: #1a2026; --dim: #4d5a66; --paper: #ffffff; --soft: #f3f5f7;
  --line: #c9d1d9; --link: #0a58b0; --bad: #a81616; --warn: #7a4b00; --good: #1d6b35;
  --mark: #0a58b0; --mild: #8fb8e6;
  @light }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8edf2; --dim: #a9b6c2; --paper: #14181d; --soft: #1e242b; --line: #3b4651;
    --link: #7db8ff; --bad: #ff8f8f; --warn: #f0b35a; --good: #79d094;
    --mark: #7db8ff; --mild: #33658f;
    @dark }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 1rem; }
footer { max-width: 62rem; margin: 0 auto; padding: 1rem; color: var(--dim); font-size: .85rem;
  border-top: 1px solid var(--line); }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; padding-top: 1rem;
  border-top: 1px solid var(--line); overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
.sub { color: var(--dim); margin: 0 0 1.2rem; }
a { color: var(--link); overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem;
  margin: 0 0 1.2rem; }
.card { background: var(--soft); border: 1px solid var(--line); border-radius: 8px;
  padding: .7rem .9rem; overflow-wrap: anywhere; }
.card dt { font-weight: 600; }
.card dd { margin: 0; color: var(--dim); font-size: .9rem; }
.card dd.big { color: var(--ink); font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.card small { font-size: .8rem; color: var(--dim); }
.card.over { border-color: var(--bad); }
.card.over dd:last-child { color: var(--bad); }
figure { margin: 0 0 1.2rem; }
figcaption { color: var(--dim); font-size: .9rem; }
.lead { font-size: 1.1rem; font-weight: 600; margin: 0 0 1.2rem; overflow-wrap: anywhere; }
.verdict { margin-top: .7rem; padding: .6rem .9rem; background: var(--soft);
  border-left: 6px solid var(--dim); }
.verdict.pass, .verdict.less { border-color: var(--good); }
.verdict.deny { border-color: var(--bad); }
.verdict.price, .verdict.more { border-color: var(--warn); }
.bars { list-style: none; margin: .5rem 0 0; padding: 0; display: grid; gap: .3rem .8rem;
  grid-template-columns: fit-content(16rem) minmax(8rem, 1fr) max-content; align-items: center; }
.bars > li { display: contents; }
.bars .name { overflow-wrap: anywhere; }
.chart { width: 100%; height: 1.4rem; display: block; }
@classes
.more { fill: var(--warn); } .less { fill: var(--good); } .axis { fill: var(--ink); }
.s-pass { fill: var(--good); } .s-warn { fill: var(--warn); }
.s-deny, .s-unknown { fill: var(--bad); }
.chart rect { stroke: var(--paper); stroke-width: 1; vector-effect: non-scaling-stroke; }
.chart .axis { stroke: none; }
@media (max-width: 36rem) {
  .bars { display: block; }
  .bars > li { display: grid; grid-template-columns: 1fr max-content; gap: 0 .8rem;
    margin: 0 0 .6rem; }
  .bars .chart { grid-column: 1 / -1; grid-row: 2; }
}
.plot { display: block; overflow: visible; }
.plot svg { overflow: visible; }
.plot text { fill: var(--ink); font-size: 12.5px; font-variant-numeric: tabular-nums;
  paint-order: stroke; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; }
.plot .tick { fill: var(--dim); font-size: 12px; } .plot .mid { text-anchor: middle; }
.plot .end { text-anchor: end; } .plot .rule { stroke: var(--line); }
.own { fill: var(--mark); } .metal { fill: var(--paper); stroke: var(--ink); stroke-width: 1.5; }
.ring { fill: none; stroke: var(--mark); stroke-width: 2; }
.front { stroke: var(--mark); stroke-width: 1.5; fill: none; }
.goal, .now { stroke: var(--ink); stroke-dasharray: 4 3; }
.lower { fill: var(--mild); } .higher { fill: var(--mark); }
.open { fill-opacity: .45; stroke: var(--ink); stroke-dasharray: 4 3; }
.said { margin: 0 0 1.2rem; background: var(--soft); border: 1px solid var(--line);
  border-radius: 8px; padding: .7rem .9rem; overflow-wrap: anywhere; }
.said div { display: grid; grid-template-columns: 6rem 1fr; padding: .15rem 0;
  column-gap: .5rem; }
.said dt { color: var(--dim); grid-row: 1; } .said dd { margin: 0 0 .2rem; grid-column: 2; }
.said .leads { font-size: 1.15rem; font-weight: 600; } .said .warns { color: var(--warn); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .3rem 0 0;
  padding: 0; }
.scroll { overflow-x: auto; }
.scroll th:first-child { position: sticky; left: 0; background: var(--paper); }
.wide td:last-child, .wide th:last-child { position: sticky; right: 0; background: var(--paper);
  padding-left: .6rem; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0 1rem; font-size: .92rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; padding: .28rem .6rem .28rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; overflow-wrap: break-word; }
td:has(a) { min-width: 15rem; }
.d { white-space: nowrap; }
th { font-weight: 500; }
thead th { color: var(--dim); font-size: .85rem; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tfoot th, tfoot td { font-weight: 700; border-bottom: 0; border-top: 2px solid var(--line); }
.whole th, .whole td { font-weight: 700; }
details caption { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 0 2rem; }
summary { cursor: pointer; font-weight: 600; margin: .6rem 0 .2rem; }
.findings ul { list-style: none; padding: 0; margin: 0; }
.findings li { border-left: 4px solid var(--dim); background: var(--soft); padding: .3rem .7rem;
  margin: .3rem 0; overflow-wrap: anywhere; }
.findings .error { border-color: var(--bad); } .findings .error strong { color: var(--bad); }
.findings .warning { border-color: var(--warn); } .findings .warning strong { color: var(--warn); }
@media (max-width: 30rem) {
  table { font-size: .8rem; } th, td { padding-right: .4rem; } thead th { font-size: .75rem; }
  tbody th { min-width: 5.5rem; }
  .said div { grid-template-columns: 5.4rem 1fr; }
}
@media print {
  :root { --ink: #000; --dim: #333; --paper: #fff; --soft: #fff; --line: #999; --link: #000;
    --bad: #8a0000; --warn: #5c3900; --good: #14502a;
    --mark: #0a58b0; --mild: #8fb8e6;
    @light }
  body { font-size: 10pt; }
  main, footer { max-width: none; padding: 0; }
  h2, h3, caption, summary { break-after: avoid; }
  tr, figure, .card { break-inside: avoid; }
  .scroll { overflow: visible; }
  th, td { overflow-wrap: anywhere; }
  td:has(a) { min-width: 0; }
  .card, .said, .findings li, .verdict, rect, path, circle {
    print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  summary { list-style: none; }
  details::details-content { content-visibility: visible; height: auto; }
}
"""
CSS = (
    TEMPLATE.replace("@light", _variables("light"))
    .replace("@dark", _variables("dark"))
    .replace("@classes", _classes())
)
