"""The page: the text of a template, with the tables that its marks name."""

import re
from pathlib import Path

from benchmarks.report import tables
from benchmarks.report.measured import TABLES
from benchmarks.report.record import Record

DOCS = Path(__file__).parents[2] / "docs"
PAGE = Path("performance.md")
FIGURES = Path("performance") / "figures.json"
TEMPLATE = Path(__file__).with_name("performance.md")

_MARK = re.compile(r"^\{\{(\w+)(?:: (.+))?\}\}$", re.MULTILINE)
_PICTURE = """\
<picture>
  <source media="(prefers-color-scheme: dark)" srcset="performance/{name}-dark.svg">
  <img alt="{what}" src="performance/{name}-light.svg">
</picture>"""


def page(record: Record, template: str) -> str:
    """The page's text.

    Args:
        record: The figures.
        template: The text. A line `{{name}}` stands for a table, `{{name: what it shows}}` for a
            plot.

    Raises:
        KeyError: There is no such table.
    """

    def fill(found: re.Match[str]) -> str:
        name, what = found[1], found[2]
        if what:
            return _PICTURE.format(name=name, what=what)
        if name in TABLES:
            return tables.contestants(record, TABLES[name])
        made = {"budgets": tables.budgets, "growing": tables.growing, "about": tables.about}
        return made[name](record)

    return _MARK.sub(fill, template)


def plots_in(template: str) -> list[str]:
    """The names of the plots that a template shows."""
    return [name for name, what in _MARK.findall(template) if what]


def write_page(record: Record, folder: Path) -> None:
    """Writes the page into a folder."""
    text = page(record, TEMPLATE.read_text(encoding="utf-8"))
    (folder / PAGE).write_text(text, encoding="utf-8")
