"""A table as a plain workbook: the few parts that a spreadsheet needs, the same bytes for the same table.

Written as text: the receipts of three months are a million cells, and a library that takes them one by one needs
longer for them than for the whole rest of a park.
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from mainstay.simulate.files.table import Cents, Row, Table

_DAY_ZERO = date(1899, 12, 30).toordinal()
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""As many columns as the widest extract needs."""
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OOXML = "http://schemas.openxmlformats.org"
_MAIN = f"{_OOXML}/spreadsheetml/2006/main"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_OOXML}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_OOXML}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_OOXML}/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OOXML}/officeDocument/2006/relationships">'
    '<sheets><sheet name="明细" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_OOXML}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_OOXML}/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OOXML}/officeDocument/2006/relationships/styles" '
    'Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="1">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_MONEY_STYLE, _DAY_STYLE = 1, 2


def write_workbook(path: Path, table: Table) -> None:
    """Write the table's lines to one sheet: money and days as numbers with a format, everything else as text."""
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as book:
        for name, part in _PARTS.items():
            book.writestr(_entry(name), _XML + part)
        book.writestr(_entry("xl/worksheets/sheet1.xml"), "".join(_sheet(table)))


def _entry(name: str) -> ZipInfo:
    """An entry without the hour of writing, so that the same workbook has the same bytes."""
    entry = ZipInfo(name)
    entry.compress_type = ZIP_DEFLATED
    return entry


def _sheet(table: Table) -> Iterator[str]:
    last = _LETTERS[len(table.header) - 1]
    yield f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'
    # Names, items and offices stand in thousands of rows.
    contents: dict[type, Callable[[Any], str]] = {Cents: _money, date: cache(_day), str: cache(_text)}
    above: list[Row] = [(table.title,), *((note,) for note in table.notes), table.header]
    below: list[Row] = [] if table.total is None else [(), table.total]
    for number, row in enumerate([*above, *table.rows, *below], start=1):
        cells = [
            f'<c r="{letter}{number}"{contents[cell.__class__](cell)}</c>'
            for letter, cell in zip(_LETTERS, row, strict=False)
            if cell != ""
        ]
        yield f'<row r="{number}">{"".join(cells)}</row>'
    yield f'</sheetData><mergeCells count="1"><mergeCell ref="A1:{last}1"/></mergeCells></worksheet>'


def _money(cents: Cents) -> str:
    return f' s="{_MONEY_STYLE}"><v>{cents / 100:.2f}</v>'


def _day(day: date) -> str:
    return f' s="{_DAY_STYLE}"><v>{day.toordinal() - _DAY_ZERO}</v>'


def _text(text: str) -> str:
    return f' t="inlineStr"><is><t>{escape(text)}</t></is>'
