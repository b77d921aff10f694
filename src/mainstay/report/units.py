"""The unit in which a workspace shows money."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from mainstay.errors import SettingsError

# 四舍五入, away from zero at the half: what a recipient gets who checks a cell with a spreadsheet's ROUND().
# The context is our own, so that nobody's global decimal settings change a file.
ROUNDING = Context(prec=60, rounding=ROUND_HALF_UP)

_LARGEST_DIVISOR_WITH_CENTS = Decimal(10_000)


def rounded(number: Decimal, decimals: int) -> Decimal:
    """Round half away from zero; a result of zero carries no minus sign.

    Args:
        number: Any finite decimal.
        decimals: Digits kept after the point.

    Returns:
        The number with exactly that many decimals.
    """
    shown = number.quantize(Decimal(1).scaleb(-decimals), context=ROUNDING)
    return abs(shown) if shown == 0 else shown


@dataclass(frozen=True)
class DisplayUnit:
    """A display unit of money: `DisplayUnit("万元", Decimal(10_000))`.

    Args:
        label: What the bracket of a heading says: 元, 万元, 亿元, 美元.
        divisor: How many units of the ledger's currency make one display unit.

    Raises:
        SettingsError: The label is blank, or the divisor is not a positive number.
    """

    label: str
    divisor: Decimal

    def __post_init__(self) -> None:
        """Refuse a unit that cannot be shown or divided by."""
        if not self.label.strip() or not self.divisor.is_finite() or self.divisor <= 0:
            raise SettingsError(
                "display_unit needs a label and a positive divisor",
                where="[money] display_unit",
                hint="for example 元 with 1, 万元 with 10000, 亿元 with 100000000",
            )

    @property
    def decimals(self) -> int:
        """Digits after the point: 2 up to 万元; 4 above it, as 0.01亿元 would hide a firm's million."""
        return 2 if self.divisor <= _LARGEST_DIVISOR_WITH_CENTS else 4

    def convert(self, amount: Decimal) -> Decimal:
        """Convert an amount of the ledger (yuan) into this unit, without rounding it."""
        return ROUNDING.divide(amount, self.divisor)

    def show(self, amount: Decimal) -> Decimal:
        """Convert an amount of the ledger (yuan) into this unit.

        Each cell is rounded by itself: a sum of shown cells may differ from the shown sum in the last digit.
        """
        return rounded(self.convert(amount), self.decimals)

    def words(self, amount: Decimal) -> str:
        """Word an amount of the ledger (yuan) in this unit, with the unit: 1,205.00万元."""
        return f"{self.show(amount):,f}{self.label}"
