"""Forms: a workbook of pages, one a row; beside each label stands its answer.

The labels are the headings of a contract with `format.header = "form"`. A page becomes a record under those headings,
so that everything after it (types, reasons, accounts) is that of a table.
"""

from collections.abc import Iterable, Mapping

from mainstay.errors import ExtractError
from mainstay.extracts.contract import Contract
from mainstay.extracts.normalising import BLANKS, normal_heading
from mainstay.extracts.records import Record, Records
from mainstay.extracts.workbook_reader import read_sheets


def form_misfit(heads: Mapping[str, list[Record]], contract: Contract) -> str:
    """Why a workbook, seen by the first records of its sheets, holds no form of a contract; empty where it does."""
    wanted = {label for label, field in _labels(contract).items() if field in _prefilled(contract)}
    missing = [wanted - {normal_heading(cell) for row in head for cell in row} for head in heads.values()]
    if any(not absent for absent in missing):
        return ""
    fewest = min(missing, key=len, default=wanted)
    return f"no sheet is a page of the form; missing: {', '.join(sorted(fewest))}"


def read_forms(data: bytes, contract: Contract, where: str) -> Records:
    """Read every page of a workbook; `lines` are the numbers of its sheets, from 1, the headings are line 0.

    A page on which nobody has answered anything comes out as a blank record; a sheet without labels is no page.

    Raises:
        ExtractError: the workbook cannot be read, or none of its sheets is a page.
    """
    labels = _labels(contract)
    fields = [column.canonical for column in contract.columns]
    prefilled = _prefilled(contract)
    lines, cells = [0], [[column.headings[0] for column in contract.columns]]
    for number, rows in enumerate(read_sheets(data, where), start=1):
        places = _places(rows, labels).items()
        answers = {field: rows[row][at] if at < len(rows[row]) else "" for field, (row, at) in places}
        if not prefilled <= set(answers):
            continue
        is_blank = not any(answers[field].strip(BLANKS) for field in answers if field not in prefilled)
        lines.append(number)
        cells.append(["" if is_blank else answers.get(field, "") for field in fields])
    if len(cells) == 1:
        raise ExtractError("no sheet of the workbook is a page of the form", where=where, hint="send the form itself")
    return Records(sheet="", lines=lines, cells=cells, serials=True)


def answer_places(rows: Iterable[Record], contract: Contract) -> dict[str, tuple[int, int]]:
    """Where the answers of a page stand: canonical field -> (row, column), both from 1."""
    return {field: (row + 1, column + 1) for field, (row, column) in _places(list(rows), _labels(contract)).items()}


def _labels(contract: Contract) -> dict[str, str]:
    return {normal_heading(heading): column.canonical for column in contract.columns for heading in column.headings}


def _prefilled(contract: Contract) -> frozenset[str]:
    return frozenset(column.canonical for column in contract.columns if column.prefilled)


def _places(rows: list[Record], labels: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """The cell right of each label; what stands in such a cell is an answer and no label, whatever it says."""
    places: dict[str, tuple[int, int]] = {}
    for row, record in enumerate(rows):
        for column, cell in enumerate(record):
            field = labels.get(normal_heading(cell))
            if field is not None and field not in places and (row, column) not in places.values():
                places[field] = (row, column + 1)
    return places
