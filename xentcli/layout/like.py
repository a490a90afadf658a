"""Another system's conventions, where they are wanted: only then is their table loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xentcli.layout.layout import Layout
    from xentcli.layout.rules import Rule
    from xentcli.options import Policy


def adopted(policy: Policy) -> Policy:
    """The policy with the labels that the system leaves out unasked."""
    if policy.like is None or policy.ignore_label:
        return policy
    from xentcli.layout.conventions import CONVENTIONS

    return policy._replace(ignore_label=CONVENTIONS[policy.like].ignore)


def rule_of(policy: Policy, layout: Layout) -> Rule | None:
    """What the system that is wanted does with such scores; None where none is wanted.

    Raises UsageError where it has no number for them.
    """
    if policy.like is None:
        return None
    from xentcli.layout.conventions import rule_for

    return rule_for(policy.like, layout)
