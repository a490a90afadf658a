# ruff: noqa: INP001 - a script beside the pages it writes
r"""Writes what the documents quote from the program; `--check` only says what is out of step.

- `docs/cli.md`, `docs/metrics.md` and `docs/conventions.md`, whole;
- `docs/images/report.svg`, the picture in the README;
- in `README.md` and the other pages, what each command of a `console` block prints. A line
  `…` stands for any lines, and `…` within a line for any text: such output is compared, and
  has to be mended by hand. Commands whose tools are not installed are left as they stand.

>>> matches("a\n…\nz … end\n", "a\nb\nc\nz 1 end\n"), matches("a\n", "b\n")
(True, False)
"""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xentcli.commands.conventions import scope
from xentcli.figures.metric import kinds_of
from xentcli.layout.conventions import CONVENTIONS
from xentcli.layout.rules import Arithmetic
from xentcli.metrics import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[1]
PAGES = tuple(
    str(path.relative_to(ROOT))
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
    if "```console\n" in path.read_text(encoding="utf-8") and path.name != "conventions.md"
)
TOOLS = ("jq", "duckdb", "curl", "zstd")  # what the pages call that not every machine has
COMMANDS = (
    "",
    "eval",
    "rows",
    "inspect",
    "compare",
    "check",
    "calibrate fit",
    "calibrate apply",
    "merge",
    "metrics",
    "conventions",
)
PICTURE = "xent eval sample_data/digits.parquet"
COLUMNS = 100

_BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
_TOOL = re.compile(rf"(?:^|[|;&(])\s*({'|'.join(TOOLS)})\s", re.MULTILINE)
_FOREIGN = re.compile(
    r"XENT_|PYTHON|LC_|LANG|TERM|GITHUB|CI$|(NO|FORCE|CLI|PY)_?COLOR|COLUMNS|LINES"
)


@dataclass(frozen=True)
class Step:
    """A command of a console block, and what the page says it prints."""

    command: str
    output: str


class Session:
    """A shell in a scratch folder beside the sample data: what one page's commands share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "sample_data").symlink_to(ROOT / "sample_data")

    def run(self, command: str, *, color: bool = False) -> str:
        """What the command prints on both streams, without trailing spaces.

        Raises RuntimeError where that is a traceback: no page shows one.
        """
        kept = {k: v for k, v in os.environ.items() if not _FOREIGN.match(k)}
        kept["PATH"] = search_path()
        looks = {"FORCE_COLOR": "1"} if color else {"TERM": "dumb", "COLUMNS": str(COLUMNS)}
        done = subprocess.run(  # noqa: S603 - the commands are those of our own pages
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env={**kept, **looks, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if "Traceback (most recent call last)" in (text := done.stdout.decode()):
            raise RuntimeError(f"$ {command}\n{text}")
        return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def steps(block: str) -> list[Step]:
    r"""The commands of a console block: lines after `$ `, continued after `> `.

    >>> steps("$ a \\\n> b\nout\n$ c\n")
    [Step(command='a \\\nb', output='out\n'), Step(command='c', output='')]
    """
    found: list[tuple[list[str], list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append(([line[2:]], []))
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1][0].append(line[2:])
        elif found:
            found[-1][1].append(line)
        else:
            raise ValueError(f"output before any command: {line!r}")
    return [Step("\n".join(c), "".join(f"{line}\n" for line in out)) for c, out in found]


def blocks(text: str) -> Iterator[str]:
    """The console blocks of a page."""
    return (match[1] for match in _BLOCK.finditer(text))


def matches(expected: str, actual: str) -> bool:
    """Whether `actual` is what `expected` says, `…` standing for anything."""
    lines = [
        r"(?:.*\n)*?" if line == "…" else ".*?".join(map(re.escape, line.split("…"))) + r"\n"
        for line in expected.splitlines()
    ]
    return re.fullmatch("".join(lines), actual) is not None


def tools(command: str) -> set[str]:
    """Those of TOOLS that the command calls.

    >>> sorted(tools("curl -s file:///a | jq . && echo zstd")), tools("xent eval zstd .")
    (['curl', 'jq'], set())
    """
    return set(_TOOL.findall(command))


def search_path() -> str:
    """Where commands are found: first beside this Python, where `xent` is."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"


def runnable(step: Step) -> bool:
    """Whether all the command's tools are here."""
    return all(shutil.which(tool, path=search_path()) for tool in tools(step.command))


def refreshed(text: str, run: Callable[[str], str]) -> str:
    """A page with the outputs of its commands as they are now.

    Raises ValueError where output with `…` no longer matches.
    """

    def renew(block: re.Match[str]) -> str:
        lines = []
        for step in steps(block[1]):
            actual = run(step.command) if runnable(step) else step.output
            if "…" in step.output:
                if not matches(step.output, actual):
                    raise ValueError(f"$ {step.command}\nno longer prints as shown, but\n{actual}")
                actual = step.output
            lines.append("$ " + step.command.replace("\n", "\n> ") + "\n" + actual)
        return "".join(lines)

    return _BLOCK.sub(renew, text)


def cli_page(run: Callable[[str], str]) -> str:
    """The `--help` texts of all commands."""
    lines = [
        "# The command line",
        "",
        "The `--help` texts, as the program prints them. Generated by `make docs`; a test keeps",
        "them in step. Every option of `eval` and `check`, and those that `rows` and `inspect`",
        "share with them, also comes from the environment, as `XENT_` and its long name in",
        "capitals: `XENT_SUM_TO_ONE=error`. The command line wins.",
    ]
    for command in COMMANDS:
        name = f"xent {command}".strip()
        text = run(f"{name} --help").strip("\n")
        text = "\n".join(line.removeprefix(" ") for line in text.splitlines())
        lines += ["", f"## {name}", "", "```text", text.strip("\n"), "```"]
    return "\n".join(lines) + "\n"


def metrics_page() -> str:
    """Every metric of the registry."""
    metrics = registry().values()
    lines = [
        "# Metrics",
        "",
        "Generated from the registry by `make docs`; `xent metrics` prints the same. A row has a",
        "true class y, probabilities p_c and a weight w (1 by default); Σ runs over the rows,",
        "Σ_{y=k} over those of class k; ŷ is the class with the largest score, the first of",
        "equals. Figures marked *overall* and *by class* are in the default report. Losses are in",
        "the unit of `--base`. The sums behind all figures are exact, and add up exactly. What the",
        "first figure means, from the ground up: [cross-entropy.md](cross-entropy.md).",
        "",
        "| metric | default | what it is |",
        "| --- | --- | --- |",
    ]
    for m in metrics:
        shown = [w for w, yes in (("overall", m.default), ("by class", m.default_by_class)) if yes]
        lines.append(f"| [`{m.name}`](#{m.name}) | {', '.join(shown) or '–'} | {m.summary} |")
    for m in metrics:
        lines += ["", f"## {m.name}", "", f"{m.summary[0].upper()}{m.summary[1:]}.", ""]
        lines.append(f"- formula: `{m.formula}`")
        lines.append(f"- better: {m.better}")
        if m.unit == "loss":
            lines.append("- unit: nats, bits or hartleys, by `--base`")
        if m.aliases:
            lines.append(f"- also called: {', '.join(f'`{a}`' for a in m.aliases)}")
        lines.append(f"- for: {', '.join(kinds_of(m))}")
        lines += [f"- `{p.name}={_spelled(p.default)}`: {p.summary}" for p in m.parameters]
        if m.cost:
            lines.append(f"- costs, when asked for: {m.cost}")
        if m.source:
            lines.append(f"- source: {m.source}")
    return "\n".join(lines) + "\n"


def _spelled(default: object) -> str:
    return f"{default:g}" if isinstance(default, float) else str(default)


_CONVENTIONS = """\
# Conventions

Generated from the table that `--like` works by (`make docs`); `xent conventions` prints the
same.

Two people with the same predictions get different log losses from scikit-learn, PyTorch and
Keras. What differs is small and unwritten: where probabilities are clipped, whether rows are
first made to sum to one, the type that is computed in, and what a weighted sum is divided by.
`xent` does none of it unasked: nothing is clipped, nothing rescaled, a zero for what happened
costs infinity, and weighted means divide by the weight. `--all-conventions` shows one file
under each:

```console
$ xent eval sample_data/iris_neighbours.csv --all-conventions
$ xent eval sample_data/breast_cancer_slices.csv --weight weight --all-conventions
```

`--like NAME` adopts one of them, for the whole report; the signature says so, and a finding
counts the rows that it changes. It speaks of the cross-entropy: smoothing and class weights are
given as parameters of the metric (`-m 'cross_entropy(smoothing=0.1)'`) and mean what they mean
there. Other figures are computed from the scores as that system sees them.

```console
$ xent eval sample_data/iris_neighbours.csv --like sklearn -b
$ xent eval sample_data/iris_neighbours.csv --like keras -b -q
```

Each rule was compared with the system itself, in the version named, on at least 200 generated
cases (absent classes, zeros and ones, float32 columns, weights, smoothing with class weights,
soft targets, ignored labels, 2 to 1000 classes): `make differential`. The numbers agree within
the rounding of the system's own type. yardstick is compared with its documented formula; R is
not run.
"""


def conventions_page() -> str:
    """What every system does, from the table of conventions."""
    lines = [_CONVENTIONS]
    for convention in CONVENTIONS.values():
        lines += [f"## {convention.name.value}", "", f"{convention.system}, {convention.version}."]
        if convention.ignore:
            lines.append(f"Leaves out rows with the label `{'`, `'.join(convention.ignore)}`.")
        lines += ["", "| for | function | what it does | divides by | computes in |"]
        lines.append("| --- | --- | --- | --- | --- |")
        for rule in convention.rules:
            kind = "float32" if rule.arithmetic is Arithmetic.SINGLE else rule.arithmetic.value
            cells = (scope(rule), f"`{rule.function}`", rule.steps, rule.divides_by, kind)
            lines.append(f"| {' | '.join(cells)} |")
        lines += ["", f"Otherwise no number: {convention.refuses}.", ""]
    return "\n".join(lines).rstrip() + "\n"


# The picture: a terminal's lines as SVG, drawn cell by cell so that no font can shift them.
_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_COLORS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "34": "#79c0ff", "36": "#76e3ea"}
_PLAIN, _DIM, _PAPER = "#d6dde6", "#8b95a1", "#0d1117"
_CELL, _LINE, _MARGIN = 8.0, 18, 16
_BARS = " ▏▎▍▌▋▊▉█"


def picture(text: str, command: str) -> str:
    """A terminal that has run `command` and printed `text`, which may hold ANSI styles."""
    rows: list[list[tuple[str, str, str]]] = [[("", _DIM, "$ "), ("bold", _PLAIN, command)]]
    for line in text.splitlines():
        rows += _wrapped(list(_segments(line)))
    width = 2 * _MARGIN + COLUMNS * _CELL
    height = 2 * _MARGIN + len(rows) * _LINE
    drawn = [_drawn(row, _MARGIN + 14 + i * _LINE) for i, row in enumerate(rows)]
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    font = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            f"<title>{html.escape(command)}</title>",
            f'<rect width="100%" height="100%" rx="8" fill="{_PAPER}"/>',
            f'<g font-family="{font}" font-size="13" xml:space="preserve">',
            *filter(None, drawn),
            "</g>",
            "</svg>",
            "",
        ]
    )


def _segments(line: str) -> Iterator[tuple[str, str, str]]:
    """(weight, colour, text) of each run of one style."""
    weight, color, start = "", _PLAIN, 0
    for code in [*_SGR.finditer(line), None]:
        piece = line[start : code.start() if code else None]
        if piece:
            yield weight, color, piece
        if code:
            start = code.end()
            for number in code[1].split(";"):
                if number in ("", "0"):
                    weight, color = "", _PLAIN
                elif number == "1":
                    weight = "bold"
                else:
                    color = _DIM if number == "2" else _COLORS.get(number, color)


def _wrapped(row: list[tuple[str, str, str]]) -> list[list[tuple[str, str, str]]]:
    """The row folded as a terminal of COLUMNS cells folds it."""
    rows: list[list[tuple[str, str, str]]] = [[]]
    left = COLUMNS
    for weight, color, piece in row:
        rest = piece
        while rest:
            if not left:
                rows.append([])
                left = COLUMNS
            rows[-1].append((weight, color, rest[:left]))
            rest, left = rest[left:], left - len(rest[:left])
    return rows


def _drawn(row: list[tuple[str, str, str]], y: int) -> str:
    parts, column = [], 0
    for weight, color, piece in row:
        for run in re.finditer(rf"[{_BARS[1:]}]+|[^{_BARS[1:]}\s]+(?: [^{_BARS[1:]}\s]+)*", piece):
            x, n = _MARGIN + (column + run.start()) * _CELL, len(run[0])
            if run[0][0] in _BARS:
                eighths = sum(map(_BARS.index, run[0]))
                parts.append(
                    f'<rect x="{x:g}" y="{y - 11}" width="{eighths * _CELL / 8:g}" height="12" '
                    f'fill="{color}"/>'
                )
                continue
            bold = ' font-weight="bold"' if weight else ""
            parts.append(
                f'<text x="{x:g}" y="{y}" fill="{color}"{bold} textLength="{n * _CELL:g}">'
                f"{html.escape(run[0], quote=False)}</text>"
            )
        column += len(piece)
    return "".join(parts)


def generated() -> Iterator[tuple[Path, str]]:
    """Every file with the text it ought to have."""
    for page in PAGES:
        with tempfile.TemporaryDirectory() as folder:
            path = ROOT / page
            yield path, refreshed(path.read_text(encoding="utf-8"), Session(Path(folder)).run)
    with tempfile.TemporaryDirectory() as folder:
        session = Session(Path(folder))
        yield ROOT / "docs/cli.md", cli_page(session.run)
        yield ROOT / "docs/metrics.md", metrics_page()
        yield ROOT / "docs/conventions.md", refreshed(conventions_page(), session.run)
        svg = picture(session.run(PICTURE, color=True), PICTURE)
        yield ROOT / "docs/images/report.svg", svg


def main(arguments: list[str]) -> int:
    """Writes the files, or with `--check` only names those that would change."""
    stale = []
    for path, text in generated():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
            if "--check" not in arguments:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    verb = "is out of step: run make docs" if "--check" in arguments else "rewritten"
    for path in stale:
        sys.stdout.write(f"{path.relative_to(ROOT)} {verb}\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
