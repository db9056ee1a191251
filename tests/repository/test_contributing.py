"""What contributors are told and asked for."""

from pathlib import Path

import yaml
from breaking import every_breach
from rules_page import DECLARATIONS, SCHEMAS

from csto_data.canonical import FORM, ORDER
from csto_data.rules import RULES

ROOT = Path(__file__).parents[2]


def test_the_issue_form_asks_for_row_claim_and_source() -> None:
    text = (ROOT / ".github/ISSUE_TEMPLATE/correction.yml").read_text(encoding="utf-8")
    form = yaml.safe_load(text)
    needed = [field["id"] for field in form["body"] if field["validations"]["required"]]
    assert needed == ["row", "claim", "source"]
    template = (ROOT / ".github/pull_request_template.md").read_text(encoding="utf-8")
    assert all(f"**{name.capitalize()}**" in template for name in needed)


def test_every_rule_that_can_be_broken_is_on_the_page_of_rules() -> None:
    named = {rule.__name__ for group in (*FORM, ORDER, *RULES) for rule in group}
    assert named | set(DECLARATIONS) | set(SCHEMAS) == {rule for rule, _ in every_breach()}


def test_nobody_is_named_as_owner_who_is_none() -> None:
    lines = (ROOT / ".github/CODEOWNERS").read_text(encoding="utf-8").splitlines()
    assert all(line.startswith("#") for line in lines)
