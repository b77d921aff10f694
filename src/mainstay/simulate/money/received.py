"""What the treasury receives in a month: every firm's payments, raked to the park's total, and natural persons'."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from mainstay.months import add_months, day_of, last_day
from mainstay.simulate.extracts.deferrals import DEFERRED_REASON, Deferral, put_off
from mainstay.simulate.extracts.receipts import REVERSED_PART, Line, reversed_line
from mainstay.simulate.firms.codes import citizen_number
from mainstay.simulate.firms.firm import Firm
from mainstay.simulate.firms.industries import SIMULATED
from mainstay.simulate.firms.sizing import Sized, due_after_deferral
from mainstay.simulate.money.levies import EVEN, IIT_BUSINESS, IIT_TRANSFER, STAMP_SALES
from mainstay.simulate.money.payments import Due, dues_of, payments_of
from mainstay.simulate.money.raking import Entry, Factors, Local, Target, factors_of, local_of, settle

Drawn = Sequence[tuple[Firm, Sequence[Due]]]
Money = Counter[int]
"""By number of a firm, in cents of local revenue."""


@dataclass(frozen=True)
class Received:
    """What came in a month, and what of it planted causes are measured by.

    A reversal (enterprise and local part) is also the last of the lines. By number of a firm with a plot, in cents of
    local revenue: `due` is what fell due and was paid or deferred, one-offs aside; `one_offs` (B1) and `settled` (T1)
    are parts of what it paid. `late` (T3), of any firm, is what fell due a month before and was paid now.
    """

    lines: list[Line]
    put_off: list[Deferral]
    due: Money
    one_offs: Money
    settled: Money
    late: Money
    reversal: tuple[str, int] | None

    def paid(self, number: int) -> int:
        """Return what a firm with a plot paid or deferred, one-offs aside, whenever it was due."""
        return self.due[number] + self.late[number]


def receive(
    sized: Sized,
    month: date,
    rng: Random,
    *,
    ended: Sequence[Deferral] = (),
    target: Target | None = None,
    has_reversal: bool = False,
) -> Received:
    """Return every line of the month, and what is put off instead of being paid.

    Args:
        sized: The firms; natural persons and sole traders come after them.
        month: The month of receipt.
        rng: The month's source of chance.
        ended: What was put off earlier, to be paid in this month.
        target: What the park's firms have to sum to, if the month is raked.
        has_reversal: Whether a tenth of the largest line was booked too much, and is taken back.
    """
    drawn = [(firm, dues_of(firm, month, rng, sized.calendar)) for firm in sized.firms]
    factors = Factors() if target is None else _factors(drawn, month, ended, target, has_reversal=has_reversal)
    entries, later = _entries(drawn, month, factors, ended)
    largest_first = _largest_first(entries, month)
    series = f"3110109{month:%y%m}"
    reversal = [reversed_line(_line(largest_first[0], series))] if has_reversal and largest_first else []
    if target is not None and largest_first:
        booked = local_of(
            [entry.payment.amount for entry in entries if entry.firm.in_park and entry.payment.levy.shares]
            + [line.amount for line in reversal]
        )
        settle(largest_first, Local(target.local.city - booked.city, target.local.district - booked.district))
    lines = [_line(entry, series) for entry in entries] + _persons(len(sized.firms), month, rng) + reversal
    reversed_local = (reversal[0].source_id, reversal[0].amount.local) if reversal else None
    return Received(lines, later, *_measured(entries, later), reversed_local)


def _factors(drawn: Drawn, month: date, ended: Sequence[Deferral], target: Target, *, has_reversal: bool) -> Factors:
    """Compare what the park's firms have drawn with what they have to sum to."""
    even = other = largest = largest_local = 0.0
    for firm, dues in drawn:
        if not firm.in_park:
            continue
        is_even = firm.district_hundredths(month) == EVEN
        local = 0.0
        for item in dues:
            now = due_after_deferral(firm, item, month)
            local += now
            if has_reversal and is_even and item.levy.shares:
                paid = item.local * now / item.local_with_surtaxes
                if paid / item.levy.shares.local > largest:
                    largest, largest_local = paid / item.levy.shares.local, paid
        even, other = (even + local, other) if is_even else (even, other + local)
    paid_now = local_of(item.amount for item in ended if item.firm.in_park)
    return factors_of(target, even - largest_local / REVERSED_PART, other, paid_now.whole)


def _entries(
    drawn: Drawn, month: date, factors: Factors, ended: Sequence[Deferral]
) -> tuple[list[Entry], list[Deferral]]:
    """Every payment by firm, those of earlier deferrals after the month's own, and what is put off."""
    by_firm: dict[int, list[Deferral]] = {}
    for item in ended:
        by_firm.setdefault(item.firm.number, []).append(item)
    entries: list[Entry] = []
    later: list[Deferral] = []
    for firm, dues in drawn:
        payments, put = put_off(firm, payments_of(firm, dues, month, factors.of(firm, month)), month)
        later += put
        payments += [item.payment(place) for place, item in enumerate(by_firm.get(firm.number, ()))]
        entries += [Entry(firm, payment) for payment in payments]
    return entries, later


def _largest_first(entries: Sequence[Entry], month: date) -> list[Entry]:
    """The lines that can take what rounding leaves: of the park's firms, by the table's shares, of this month's own."""
    found = [
        entry
        for entry in entries
        if entry.firm.in_park
        and entry.payment.levy.shares is not None
        and entry.payment.reason != DEFERRED_REASON
        and entry.firm.district_hundredths(month) == EVEN
    ]
    return sorted(found, key=lambda entry: -entry.payment.amount.total)


def _measured(entries: Sequence[Entry], later: Sequence[Deferral]) -> tuple[Money, Money, Money, Money]:
    """What was due, one-offs, settlements, and what was late."""
    due, one_offs, settled, late = Money(), Money(), Money(), Money()
    for entry in entries:
        payment, number = entry.payment, entry.firm.number
        if payment.levy.shares is None or payment.reason == DEFERRED_REASON:
            continue
        if payment.cause == "T3":
            late[number] += payment.amount.local
        elif entry.firm.plot.stories and payment.cause == "B1":
            one_offs[number] += payment.amount.local
        elif entry.firm.plot.stories:
            due[number] += payment.amount.local
            if payment.cause == "T1":
                settled[number] += payment.amount.local
    for item in later:
        if item.firm.plot.stories:
            due[item.firm.number] += item.amount.local
    return due, one_offs, settled, late


def owed(received: Mapping[date, Received], number: int, month: date) -> int:
    """Return what a firm with a plot owed in a month, paid in it, deferred or late, in cents of local revenue."""
    after = received.get(add_months(month, 1))
    return received[month].due[number] + (after.late[number] if after else 0)


def _line(entry: Entry, series: str) -> Line:
    firm, payment = entry.firm, entry.payment
    return Line(
        source_id=firm.uscc,
        name=firm.name,
        levy=payment.levy,
        period=payment.period,
        amount=payment.amount,
        received_on=payment.paid_on,
        voucher=f"{series}{firm.number:05d}{payment.voucher:02d}",
        industry=firm.industry.division,
        authority=firm.authority,
        zone=firm.zone,
        registration_seq=firm.registration_seq,
        reason=payment.reason,
    )


def _persons(firms: int, month: date, rng: Random) -> list[Line]:
    """Equity transfers of natural persons (18 characters), and sole traders (20 characters)."""
    lines = []
    for number in range(max(4, firms // 40)):
        born = date(rng.randint(1960, 1995), rng.randint(1, 12), rng.randint(1, 28))
        is_trader = number % 2 == 1
        levy = (IIT_BUSINESS if is_trader else IIT_TRANSFER) if number % 4 < 2 else STAMP_SALES  # noqa: PLR2004 -- every other pair
        total = round(rng.lognormvariate(8, 1.2)) * 100 + rng.randint(0, 99)
        assert levy.shares is not None  # noqa: S101 -- these levies have levels
        lines.append(
            Line(
                source_id=citizen_number(born) + ("01" if is_trader else ""),
                name=("模拟个体户" if is_trader else "模拟自然人") + SIMULATED,
                levy=levy,
                period=(add_months(month, -1), last_day(add_months(month, -1))),
                amount=levy.shares.of(total),
                received_on=day_of(month, rng.randint(3, 25)),
                voucher=f"3110109{month:%y%m}99{number:05d}",
                is_person=True,
            )
        )
    return lines
