"""A real Chromium for journeys: two widths, axe, and the flags that keep it off the network."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 375, "height": 800}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def follow(page: Page, link: str) -> None:
    """Press the link of that name and wait for the page it leads to, so that what comes next looks at that page."""
    with page.expect_navigation():
        page.get_by_role("link", name=link).click()


def open_all_disclosures(page: Page) -> None:
    """Open every <details>, as axe does not look inside closed ones."""
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")


def axe_violations(page: Page) -> list[str]:
    """Return what axe finds wrong on the page with all disclosures open, one line a violation."""
    open_all_disclosures(page)
    page.evaluate(AXE.read_text(encoding="utf-8") + ";0")
    # Without preloading: for a style sheet that imports another, axe would add a style element of its own, which the
    # content security policy rightly refuses; no rule that runs here needs it.
    report: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, preload: false})", RULES
    )
    return [
        f"{violation['id']}: {node['html'][:160]} — {node['failureSummary'][:200]}"
        for violation in report["violations"]
        for node in violation["nodes"]
    ]


def sideways_overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
