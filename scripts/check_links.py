"""Look whether the addresses in data/sources.csv answer; print those that do not, as Markdown.

    python scripts/check_links.py

A host is asked one address at a time, with a pause between; HEAD first, and GET where that fails.
A dead link is no error of the data, whose sources stay what they were: the exit status is 0.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

SOURCES = Path(__file__).parents[1] / "data" / "sources.csv"
HOSTS_AT_A_TIME = 8
PAUSE = 1.0
"""Seconds between two addresses of a host."""
TIMEOUT = 20.0
"""Seconds that an address has for an answer."""
TIME = 45 * 60.0
"""Seconds after which no further address is asked."""
HEADERS = {"User-Agent": "csto-data link check", "Accept": "*/*"}


@dataclass(frozen=True)
class Link:
    """The address of a source."""

    source: str
    address: str


def main() -> None:
    """Ask all addresses and print the summary."""
    with SOURCES.open(encoding="utf-8", newline="") as file:
        links = [Link(row["source_id"], row["url"]) for row in csv.DictReader(file) if row["url"]]
    print(summary(failures(links, end=monotonic() + TIME), len(links)))


def failures(links: list[Link], end: float) -> dict[Link, str]:
    """Return what went wrong by link; links that were not asked before the end are among them."""
    by_host = defaultdict(list)
    for link in links:
        by_host[urlsplit(link.address).netloc].append(link)
    with ThreadPoolExecutor(HOSTS_AT_A_TIME) as pool:
        found = pool.map(lambda host: dict(failures_of_host(host, end)), by_host.values())
        return {link: reason for one in found for link, reason in one.items()}


def failures_of_host(links: list[Link], end: float) -> Iterator[tuple[Link, str]]:
    """Ask the addresses of one host, one after the other."""
    for position, link in enumerate(links):
        if monotonic() >= end:
            yield link, "not asked: the time was over"
            continue
        if position:
            sleep(PAUSE)
        reason = failure("HEAD", link.address) and failure("GET", link.address)
        if reason:
            yield link, reason


def failure(method: str, address: str) -> str | None:
    """Return why an address does not answer, or None if it does."""
    if urlsplit(address).scheme not in ("http", "https"):
        return "not an address of the web"
    try:
        with urlopen(Request(address, headers=HEADERS, method=method), timeout=TIMEOUT):
            return None
    except HTTPError as error:
        return f"{error.code} {error.reason}"
    except (OSError, HTTPException, ValueError) as error:
        return str(getattr(error, "reason", error)) or type(error).__name__


def summary(found: dict[Link, str], total: int) -> str:
    """Return the failures as a table, sorted by source."""
    lines = [f"{len(found)} of {total} addresses did not answer.", ""]
    if found:
        lines += ["| source | address | what happened |", "|---|---|---|"]
    for link in sorted(found, key=lambda link: link.source):
        cells = [f"`{link.source}`", f"<{link.address}>", " ".join(found[link].split())]
        lines.append(f"| {' | '.join(cell.replace('|', '%7C') for cell in cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
