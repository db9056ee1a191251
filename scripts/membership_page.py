"""The page on what membership means under each reading, from the answers themselves."""

import csto_data as csto

RULE = "any"


def membership_page() -> str:
    """Return docs/membership.md: the roster's changes, and the state-years that flip."""
    flips = state_years_that_flip()
    pairs = len(dyad_years("in_force") ^ dyad_years("signature"))
    count = (
        f'Of the state-years of the default panel (`rule="{RULE}"`), {len(flips)} are membership '
        f"under one reading and not under the other; of the dyad-years, {pairs}."
    )
    table = "\n".join(["| state | year | in force | signature |", "|---|---|---|---|", *flips])
    parts = [
        "# What membership means",
        INTRODUCTION,
        READINGS,
        "## Every change of the roster",
        changes_table(),
        "## State-years that flip between the readings",
        count,
        table,
        NOTES,
    ]
    return "\n\n".join(parts) + "\n"


INTRODUCTION = """\
A state can be called a member of the Treaty or the Organisation from the day on which it signed, or
from the day on which the document entered into force for it. `members`, `changes`, `panel`, `dyads`
and `annotate` ask for the reading: `basis="in_force"` (the default) or `basis="signature"`."""

READINGS = """## The readings

- **In force.** A spell opens on `start_date`. A state that has signed and is not yet bound is a
  `signatory`, which does not count as membership.
- **Signature.** A spell opens on `signed_date`, or on `start_date` where it was opened by no
  signature (a suspension, a freeze).
- Ends are the same under both. The Treaty stays in force beside the Organisation: on a given day
  the spell under the Charter governs once it is open, that under the Treaty before, so that a
  state has one answer a day.
- `member` and `frozen` count as membership, `suspended` and `signatory` do not; `counting=`
  changes that.
- Past the last checked day every answer is null."""

NOTES = """## What the readings do not settle

- **Uzbekistan 2006.** The dataset counts its membership from the document signed in Sochi on
  16 August 2006 under both readings. Other sources count from the decision of the Council of
  23 June 2006 or from the accession laws of 28 March 2008: `csto-data explain members
  uzb-csto-member-1`.
- **Uzbekistan 2012.** It gave notice in June and was suspended by the Council on 19 December.
- **Armenia since 2024.** It is legally a member; that it declared its participation frozen is a
  status of its own. `counting=["member"]` leaves it out from 22 February 2024 on.
- **Azerbaijan, Georgia, Uzbekistan 1999.** They did not withdraw: the first term of the Treaty
  ended on 20 April 1999, and they had not signed the extension."""


def state_years(basis: str) -> dict[tuple[str, int], bool]:
    """Return membership by state and year, where it is known."""
    frame = csto.panel("year", rule=RULE, basis=basis).dropna(subset="is_member")
    keys = zip(frame["iso3"], frame["year"], strict=True)
    return dict(zip(keys, frame["is_member"], strict=True))


def state_years_that_flip() -> list[str]:
    """Return the state-years whose answer depends on the reading, as rows of a table."""
    one, other = state_years("in_force"), state_years("signature")
    return [
        f"| {iso3} | {year} | {'yes' if one[iso3, year] else 'no'} | "
        f"{'yes' if other[iso3, year] else 'no'} |"
        for iso3, year in sorted(one.keys() & other.keys())
        if one[iso3, year] != other[iso3, year]
    ]


def dyad_years(basis: str) -> set[tuple[str, str, int]]:
    """Return the dyad-years of common membership."""
    frame = csto.dyads("year", rule=RULE, basis=basis)
    frame = frame[frame["are_members"].fillna(False)]
    return set(zip(frame["iso3_1"], frame["iso3_2"], frame["year"], strict=True))


def changes_table() -> str:
    """Return the changes under both readings as a table."""
    lines = ["| day | reading | state | before | after | event |", "|---|---|---|---|---|---|"]
    frame = csto.changes().astype({"basis": str}).sort_values(["date", "basis", "iso3"])
    for row in frame.fillna("").itertuples():
        before = f"{row.instrument_before} {row.status_before}".strip() or "–"
        after = f"{row.instrument_after} {row.status_after}".strip() or "–"
        lines.append(
            f"| {row.date:%Y-%m-%d} | {row.basis} | {row.iso3} | {before} | {after} | "
            f"`{row.event_id}` |"
        )
    return "\n".join(lines)
