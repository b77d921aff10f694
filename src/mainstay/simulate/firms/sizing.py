"""How large the firms are, so that the park is expected to have its published totals before anything is raked.

Raking then only takes out chance, by a factor near one each month. What is expected of a firm is what it would pay
without noise; that is linear in its size, and so the sizes that are free can be solved for: all of them together by
2021, those of the firms that make the growth by 2022.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from mainstay.months import add_months
from mainstay.simulate.extracts.deferrals import PAID_IN, hundredths_put_off, is_put_off
from mainstay.simulate.firms.firm import Firm, Regime
from mainstay.simulate.firms.roles import RETAINED_FROM
from mainstay.simulate.money.levies import (
    CIT_PREPAID,
    CIT_QUARTERLY,
    EVEN,
    EVENT_PART,
    MIX,
    SETTLED,
    VAT_MONTHS,
    VAT_QUARTERLY,
    by_month,
)
from mainstay.simulate.money.payments import Calendar, Due, Expected, dues_of
from mainstay.simulate.money.published import PUBLISHED, is_raked, raked_months
from mainstay.simulate.planted.stories import Plot

_BASE, _GROWN = 2021, 2022
_HALVINGS = 12
_MOST_FOR_PREMISES = 8.0
_EVENT_BOUNDS = (0.3, 6.0)
_LARGEST_EVENT = 0.01
"""Of the park's year: no single sale makes a month."""
_LEAST_GROWTH = 0.1
"""Of what is expected: should plots alone already make the growth, nobody shrinks to nothing."""
_HOST_PARTS = range(1, 31)
_NEWCOMERS_PART = 0.5

Months = Sequence[date]


@dataclass(frozen=True)
class Sized:
    """The firms in their sizes, their calendar, and what of the even and of the other rows is expected each month."""

    firms: tuple[Firm, ...]
    calendar: Calendar
    even: Mapping[date, float]
    other: Mapping[date, float]
    district: Mapping[int, int]


def size_firms(firms: Sequence[Firm], months: Months) -> Sized:
    """Give every firm its revenue in cents and its month of settlement, and those of the growth their surge.

    Args:
        firms: As drawn: `annual_local` in means of the park.
        months: The simulated months: only what is put off in one of them is paid.
    """
    enterprises = sum(firm.in_park for firm in firms)
    firms, calendar = _with_calendar(_with_mix(_with_events(firms, len(months))))
    expected = {firm.number: _Expectation(firm, months, calendar) for firm in firms if firm.in_park}
    base, grown = PUBLISHED[_BASE].of(enterprises), PUBLISHED[_GROWN].of(enterprises)
    unit = base.restored_local / sum(one.net(_BASE) for one in expected.values())
    firms = [replace(firm, annual_local=firm.annual_local * unit) for firm in firms]
    expected = {number: one.times(unit) for number, one in expected.items()}
    host, hosted = _host(firms, expected, base.restored_local / 2 - base.restored_district)
    retained_total = 2 * grown.restored_district - grown.restored_local
    retained = [firm for firm in firms if firm.role and firm.role.kind == "retained"]
    newcomers = [firm for firm in firms if firm.role and firm.role.kind == "newcomer"]
    growers = [firm for firm in firms if firm.role and firm.role.kind == "grower"]
    special = {firm.number for firm in (*retained, *newcomers, *growers)}
    ordinary = sum(one.net(_GROWN) for number, one in expected.items() if number not in special)
    rest = max(grown.restored_local - retained_total - ordinary, _LEAST_GROWTH * grown.restored_local)
    changed = {
        **_sized_to(retained, retained_total, months, calendar),
        **_sized_to(newcomers, rest * (_NEWCOMERS_PART if newcomers else 0.0), months, calendar),
    }
    left = rest - sum(_Expectation(changed[firm.number], months, calendar).net(_GROWN) for firm in newcomers)
    changed |= _sized_to(growers, left, months, calendar)
    if host is not None:
        changed[host.number] = replace(host, regime=Regime(hosted, date(_BASE, 1, 1), date(_BASE, 12, 1)))
    for firm in retained:
        changed[firm.number] = replace(changed[firm.number], regime=Regime(100, RETAINED_FROM))
    expected |= {number: _Expectation(firm, months, calendar) for number, firm in changed.items()}
    sized = tuple(changed.get(firm.number, firm) for firm in firms)
    tilted = {year: hosted if year == _BASE else 100 for year in PUBLISHED}
    return Sized(sized, calendar, *_by_month(sized, expected), tilted)


def due_after_deferral(firm: Firm, due: Due, month: date) -> float:
    """Return what of the local part of a due is received in its month, its surtaxes included."""
    local = due.local_with_surtaxes
    return local * (1 - hundredths_put_off(firm, due.levy, due.period) / 100) if is_put_off(month) else local


class _Expectation:
    """What is expected of one firm: receipts by raked month, and what it gets back by year (P4)."""

    def __init__(self, firm: Firm, months: Months, calendar: Calendar) -> None:
        self.received: dict[date, float] = {}
        for year in PUBLISHED:
            for month in raked_months(year):
                dues = dues_of(firm, month, _MEAN, calendar)
                self.received[month] = sum(due_after_deferral(firm, due, month) for due in dues)
        for period, paid_month in PAID_IN.items():
            month = add_months(period, 1)
            if is_raked(paid_month) and month in months and paid_month in months:
                dues = dues_of(firm, month, _MEAN, calendar)
                self.received[paid_month] += sum(
                    due.local_with_surtaxes - due_after_deferral(firm, due, month) for due in dues
                )
        self._returned = {
            year: sum(
                firm.annual_local * story.one_off
                for story in firm.plot.stories
                if story.cause == "P4" and story.first.year == year and is_raked(story.first)
            )
            for year in PUBLISHED
        }

    def net(self, year: int) -> float:
        """Receipts less what comes back, January to October."""
        return sum(self.received[month] for month in raked_months(year)) - self._returned[year]

    def times(self, factor: float) -> "_Expectation":
        """The same of a firm so many times as large."""
        self.received = {month: amount * factor for month, amount in self.received.items()}
        self._returned = {year: amount * factor for year, amount in self._returned.items()}
        return self


_MEAN = Expected()


def _sized_to(firms: Sequence[Firm], total: float, months: Months, calendar: Calendar) -> dict[int, Firm]:
    """Share a total of 2022 out by weight: newcomers get the size for it, old firms the surge."""
    whole = sum(firm.role.weight for firm in firms if firm.role)
    found = {}
    for firm in firms:
        assert firm.role is not None  # noqa: S101 -- only such firms are asked for
        wanted = total * firm.role.weight / whole
        if firm.role.joined_on is not None:
            factor = wanted / _Expectation(firm, months, calendar).net(_GROWN)
            found[firm.number] = replace(firm, annual_local=firm.annual_local * factor)
        else:
            once, twice = (
                _Expectation(replace(firm, surge=surge), months, calendar).net(_GROWN) for surge in (1.0, 2.0)
            )
            found[firm.number] = replace(firm, surge=max(_LEAST_GROWTH, 1 + (wanted - once) / (twice - once)))
    return found


def _host(firms: Sequence[Firm], expected: Mapping[int, _Expectation], missing: float) -> tuple[Firm | None, int]:
    """Find the firm whose rows of 2021 give the district less: whose revenue fits whole hundredths most nearly."""
    found: list[tuple[float, int, int, Firm]] = []
    for firm in firms:
        if firm.in_park and not firm.plot.stories and firm.role is None and firm.in_from.year < _BASE:
            local = expected[firm.number].net(_BASE)
            part = min(max(round(missing / local * 100), _HOST_PARTS[0]), _HOST_PARTS[-1]) if local else 1
            found.append((abs(missing / (part / 100 * local) - 1) if local else 9.0, firm.number, part, firm))
    if not found:
        return None, EVEN
    _, _, part, firm = min(found)
    return firm, EVEN - part


def _with_events(firms: Sequence[Firm], months: int) -> list[Firm]:
    """Bring the one-offs together to their part of the park's revenue, as far as each stays what it is."""
    whole = sum(firm.annual_local for firm in firms)
    most = _LARGEST_EVENT * whole
    one_offs = [
        (firm.annual_local, story.one_off) for firm in firms for story in firm.plot.stories if story.cause == "B1"
    ]
    wanted = EVENT_PART * whole * months / 12
    low, high = _EVENT_BOUNDS
    for _ in range(_HALVINGS):
        factor = (low + high) / 2
        enough = sum(min(size * part * factor, most) for size, part in one_offs) >= wanted
        low, high = (low, factor) if enough else (factor, high)
    return [replace(firm, plot=_events_times(firm.plot, high, most / firm.annual_local)) for firm in firms]


def _events_times(plot: Plot, factor: float, most: float) -> Plot:
    if not any(story.cause == "B1" for story in plot.stories):
        return plot
    stories = tuple(
        replace(story, one_off=min(story.one_off * factor, most)) if story.cause == "B1" else story
        for story in plot.stories
    )
    return replace(plot, stories=stories)


def _with_mix(firms: Sequence[Firm]) -> list[Firm]:
    """Bring the firms' mixes together to the park's, which a few large ones would else make their own."""
    sizes = [firm.annual_local for firm in firms]
    mixes = [firm.mix for firm in firms]
    whole, park = sum(sizes), sum(MIX.values())
    for _ in range(_HALVINGS):
        factors = {
            levy: part / (sum(size * mix[levy] for size, mix in zip(sizes, mixes, strict=True)) / whole)
            for levy, part in MIX.items()
        }
        tilted = [{levy: part * factors[levy] for levy, part in mix.items()} for mix in mixes]
        mixes = [{levy: part / sum(mix.values()) * park for levy, part in mix.items()} for mix in tilted]
    return [replace(firm, mix=mix) for firm, mix in zip(firms, mixes, strict=True)]


def _with_calendar(firms: Sequence[Firm]) -> tuple[list[Firm], Calendar]:
    """Give every firm that settles its month, the largest first, such that the park keeps its months' weights."""
    whole = sum(firm.annual_local for firm in firms)
    prepaid = {firm.number: firm.annual_local * firm.mix["CIT"] for firm in firms}
    of_vat = {firm.number: firm.annual_local * firm.mix["VAT"] for firm in firms}
    given = dict.fromkeys(SETTLED, 0.0)
    months = {}
    for firm in sorted(firms, key=lambda firm: -prepaid[firm.number] * firm.settled_part):
        if firm.settled_part:
            least = min(given, key=lambda month: given[month] / SETTLED[month])
            months[firm.number] = firm.settles_in or least
            given[months[firm.number]] += prepaid[firm.number] * firm.settled_part
    by_quarter = sum(prepaid[firm.number] for firm in firms if not firm.is_large) / sum(prepaid.values())
    files_quarterly = sum(of_vat[firm.number] for firm in firms if firm.files_quarterly) / sum(of_vat.values())
    owners = sum(firm.annual_local for firm in firms if firm.owns_premises)
    calendar = Calendar(
        by_month(CIT_PREPAID, CIT_QUARTERLY, by_quarter),
        by_month(VAT_MONTHS, VAT_QUARTERLY, files_quarterly),
        min(whole / owners, _MOST_FOR_PREMISES) if owners else 1.0,
    )
    return [replace(firm, settles_in=months.get(firm.number, 0)) for firm in firms], calendar


def _by_month(
    firms: Sequence[Firm], expected: Mapping[int, _Expectation]
) -> tuple[dict[date, float], dict[date, float]]:
    """Sum what is expected: of the rows that give the district half of the local part, and of the others."""
    even: dict[date, float] = {}
    other: dict[date, float] = {}
    for firm in firms:
        if firm.in_park:
            for month, amount in expected[firm.number].received.items():
                rows = even if firm.district_hundredths(month) == EVEN else other
                rows[month] = rows.get(month, 0.0) + amount
    return even, other
