"""Requirements are read as they are typed, and what cannot be read says where and why."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xentcli.errors import UsageError
from xentcli.jobs.checking.requirement import Requirement, parse
from xentcli.jobs.checking.verdicts import Operator
from xentcli.metrics import request

SPECS = (
    "cross_entropy",
    "recall",
    "brier(scale=half)",
    "ece(bins=7)",
    "cross_entropy(smoothing=0.1)",
    "cross_entropy(class_weight='a=2,c]=1.5')",
    "rows",
)
# Made beforehand: the first of them loads all metrics, which is no part of drawing examples.
REQUESTED = {spec: None if spec == "rows" else request([spec])[0] for spec in SPECS}
TEXTS = st.text(min_size=1, max_size=12)
ROUGH = st.text(alphabet="ab ,=[]()'\"\\.<>é\n", min_size=1, max_size=10)
NAMES = st.one_of(TEXTS, ROUGH)
BOUNDS = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def requirements(draw: st.DrawFn) -> Requirement:
    spec = draw(st.sampled_from(SPECS))
    class_name: str | None = None
    parts: tuple[tuple[str, str], ...] = ()
    scope = draw(st.sampled_from(("", "class", "slice")))
    if scope == "class":
        class_name = draw(NAMES)
    elif scope == "slice":
        columns = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
        parts = tuple((c, draw(st.one_of(st.just(""), NAMES))) for c in columns)
    return Requirement(
        "",
        REQUESTED[spec],
        draw(st.sampled_from(Operator)),
        draw(BOUNDS),
        draw(st.booleans()),
        class_name,
        parts,
    )


def plain(requirement: Requirement) -> Requirement:
    """A requirement without the texts that it was typed as."""
    return requirement._replace(text="", spec="")


@given(requirements())
@settings(max_examples=200)
def test_what_is_spelled_is_read_back(requirement: Requirement) -> None:
    read = parse(str(requirement))
    assert plain(read) == requirement
    assert str(read) == str(requirement) == read.text


@settings(max_examples=200)
@given(st.text(alphabet="abcdelt.[]<>=0123'\",\\ ()-", max_size=40))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        read = parse(text)
    except UsageError as error:
        refused = error.message
    else:
        refused = "--require '"
        assert plain(parse(str(read))) == plain(read)
    assert refused.startswith("--require '")


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("log_loss<=.35", "cross_entropy <= 0.35"),
        ("  rows>=1000 ", "rows >= 1000"),
        ("brier( scale = 'half' ) > -1e-3", "brier(scale=half) > -0.001"),
        ("class[spam].delta.recall>=0", "delta.class[spam].recall >= 0"),
        ("class[ spam ].recall>=0", "class[spam].recall >= 0"),
        ("class[' spam '].recall>=0", "class[' spam '].recall >= 0"),
        ("class['a]b'].recall < 1", "class['a]b'].recall < 1"),
        ('class["it\'s"].recall < 1', "class['it\\'s'].recall < 1"),
        ("slice[country=DE].nll < 1", "slice[country=DE].cross_entropy < 1"),
        ("slice[a=,b='x,y'].rows > 1", "slice[a='',b='x,y'].rows > 1"),
        (
            "slice[age[0,18]=[0, 18), c=>= 65].rows > 1",
            "slice['age[0,18]'='[0, 18)',c='>= 65'].rows > 1",
        ),
        ("slice[age[quantiles=4]=< 3].rows > 1", "slice['age[quantiles=4]'='< 3'].rows > 1"),
        (
            "cross_entropy(class_weight='cat=2,dog=1')<=1",
            "cross_entropy(class_weight='cat=2,dog=1') <= 1",
        ),
    ],
)
def test_spellings(text: str, canonical: str) -> None:
    assert str(parse(text)) == canonical


@pytest.mark.parametrize(
    ("text", "needles"),
    [
        ("", ("a metric's name", "character 1")),
        ("recal >= 1", ("no metric 'recal'", "did you mean recall?")),
        ("row >= 1", ("did you mean rows?",)),
        ("recall", ("<=, <, >= or >", "character 7")),
        ("recall =< 1", ("<=, <, >= or >", "character 8")),
        ("recall == 1", ("<=, <, >= or >",)),
        ("recall <== 1", ("<=, <, >= or >",)),
        ("recall <= ", ("a number", "character 10")),
        ("recall <= nan", ("a number",)),
        ("recall <= 0,5", ("nothing more", "character 12")),
        ("recall <= 1e999", ("finite",)),
        ("recall, brier <= 1", ("<=, <, >= or >", "character 7")),
        ("rows(a=1) >= 1", ("no parameters",)),
        ("brier(scale=x) >= 1", ("full, half",)),
        ("brier(scale >= 1", ("param=value",)),
        ("clas[a].recall > 1", ("did you mean class?", "character 1")),
        ("recall.class[a] > 1", ("delta., class[NAME].",)),
        ("delta.delta.recall > 1", ("twice",)),
        ("class[a.recall > 1", ("'].'", "character 19")),
        ("class[a]recall > 1", ("'].'", "character 8")),
        ("class[].recall > 1", ("a class's name",)),
        ("class[a]b].recall > 1", ("quoted",)),
        ("slice[a].recall > 1", ("COL=VALUE", "character 7")),
        ("slice[=a].recall > 1", ("a column's name",)),
        ("slice[a=1,a=2].recall > 1", ("not named yet",)),
        ("class[a].slice[b=c].recall > 1", ("not on both",)),
        ("class[a\x1b[31m", ("\\x1b",)),
    ],
)
def test_what_is_wrong_is_pointed_at(text: str, needles: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    told = f"{caught.value.message}\n{caught.value.hint}"
    for needle in needles:
        assert needle in told, told
    assert "\x1b" not in told
