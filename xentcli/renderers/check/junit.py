"""The gate as JUnit XML, which most systems of continuous integration show as tests.

A requirement is a test case: one that fails is a `failure`, an inconclusive one is `skipped`,
or a `failure` where that is to fail. Characters that XML 1.0 does not allow are spelled out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from xentcli.jobs.checking.verdicts import OnInconclusive, Verdict
from xentcli.renderers import Renderer, RenderOptions
from xentcli.renderers._words.figures import Spelling
from xentcli.renderers.check import _words as words

if TYPE_CHECKING:
    from xentcli.jobs.checking.verdicts import Checked, Judgement

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SUITE = "xent check"


def legal(text: str) -> str:
    r"""Text that XML 1.0 can hold.

    >>> legal("a\x00b\uffff")
    'a\\x00b\\uffff'
    """
    return _ILLEGAL.sub(lambda m: m[0].encode("unicode_escape").decode("ascii"), text)


def _counts(checked: Checked) -> dict[str, str]:
    verdicts = [_outcome(checked, judged) for judged in checked.requirements]
    return {
        "tests": str(len(verdicts)),
        "failures": str(verdicts.count("failure")),
        "errors": "0",
        "time": "0",
    }


def _skipped(checked: Checked) -> str:
    return str([_outcome(checked, judged) for judged in checked.requirements].count("skipped"))


def _outcome(checked: Checked, judged: Judgement) -> str | None:
    """The element that tells what became of a requirement; None where it passed."""
    if judged.verdict is Verdict.PASS:
        return None
    undecided = judged.verdict is Verdict.INCONCLUSIVE
    return "skipped" if undecided and checked.inconclusive is OnInconclusive.PASS else "failure"


def _properties(checked: Checked) -> dict[str, str]:
    found = {
        "version": checked.version,
        "signature": checked.signature,
        "decide-on": checked.decide_on.value,
        "inconclusive": checked.inconclusive.value,
        "confidence": repr(checked.confidence),
        "verdict": checked.verdict.value,
    }
    if checked.baseline is not None:
        found["baseline"] = checked.baseline.name
        found["baseline-signature"] = checked.baseline.signature
    return found


def _case(suite: ET.Element, checked: Checked, judged: Judgement, spell: Spelling) -> None:
    name = legal(spell.text(judged.requirement))
    case = ET.SubElement(suite, "testcase", classname=_SUITE, name=name, time="0")
    interval = words.interval_text(judged, spell)
    told = f"{words.value_text(judged, spell)}, required {words.bound_text(judged)}"
    lines = [told, *([f"{words.interval_title(checked)} {interval}"] if interval else [])]
    text = legal("\n".join([*lines, *words.details(judged, spell)]))
    outcome = _outcome(checked, judged)
    if outcome == "skipped":
        ET.SubElement(case, outcome, message=legal(f"inconclusive: {told}"))
    elif outcome is not None:
        element = ET.SubElement(case, outcome, message=legal(told), type=judged.verdict.value)
        element.text = text
    if outcome != "failure":
        ET.SubElement(case, "system-out").text = text


def render(checked: Checked, options: RenderOptions) -> str:
    """A suite of one test case a requirement; the findings are the suite's output."""
    spell = Spelling(options.digits, options.ascii)
    root = ET.Element("testsuites", {"name": _SUITE, **_counts(checked)})
    suite = ET.SubElement(root, "testsuite", name=legal(spell.text(checked.name)))
    suite.attrib.update(_counts(checked), skipped=_skipped(checked))
    properties = ET.SubElement(suite, "properties")
    for key, value in _properties(checked).items():
        ET.SubElement(properties, "property", name=key, value=legal(spell.text(value)))
    for judged in checked.requirements:
        _case(suite, checked, judged, spell)
    findings = [f"{f.severity}: {spell.text(f.message)} [{f.code}]" for f in checked.findings]
    if findings:
        ET.SubElement(suite, "system-out").text = legal("\n".join(findings))
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


RENDERER = Renderer(
    name="junit",
    description="JUnit XML, which CI systems show as tests",
    suffixes=(".xml",),
    render=render,
)
