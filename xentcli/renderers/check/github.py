r"""The gate as workflow commands of GitHub Actions, which annotate a run.

Text from the data cannot end a command or begin another: control characters are spelled out
first, and what the commands themselves are made of is escaped.

>>> message("100 %\n::error::x"), title("a: b, c")
('100 %25%0A::error::x', 'a%3A b%2C c')
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xentcli.jobs.checking.verdicts import OnInconclusive, Verdict
from xentcli.renderers import Renderer, RenderOptions
from xentcli.renderers._words.figures import Spelling
from xentcli.renderers._words.order import gravest_first
from xentcli.renderers.check import _words as words

if TYPE_CHECKING:
    from xentcli.jobs.checking.verdicts import Checked, Judgement


def message(text: str) -> str:
    """Text behind the second `::`."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def title(text: str) -> str:
    """Text as a property, which a colon or a comma would end."""
    return message(text).replace(":", "%3A").replace(",", "%2C")


def _level(checked: Checked, verdict: Verdict) -> str:
    if verdict is Verdict.INCONCLUSIVE:
        return "error" if checked.inconclusive is OnInconclusive.FAIL else "warning"
    return "error" if verdict is Verdict.FAIL else "notice"


def _command(checked: Checked, judged: Judgement, spell: Spelling) -> str:
    level = _level(checked, judged.verdict)
    name = f"{words.word(judged.verdict)} {spell.text(judged.requirement)}"
    first = f"{spell.text(judged.figure)} is {words.value_text(judged, spell)}"
    interval = words.interval_text(judged, spell)
    if interval:
        first += f", {words.interval_title(checked)} {interval}"
    lines = [f"{first}; required {words.bound_text(judged)}", *words.details(judged, spell)]
    return f"::{level} title={title(name)}::{message(chr(10).join(lines))}"


def render(checked: Checked, options: RenderOptions) -> str:
    """A command a requirement, failures first, and one for every warning of the run."""
    spell = Spelling(options.digits, options.ascii)
    lines = [_command(checked, judged, spell) for judged in words.gravest(checked)]
    lines += [
        f"::warning title={title(f'xent {f.code}')}::{message(spell.text(f.message))}"
        for f in gravest_first(checked.findings)
        if f.severity != "info"
    ]
    return "\n".join(lines) + "\n"


RENDERER = Renderer(
    name="github",
    description="annotations of a run of GitHub Actions",
    suffixes=(),
    render=render,
)
