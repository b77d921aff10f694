"""The published totals of 2022 and what they imply for 2021, in cents (DOMAIN section 0): what a park is raked to.

January to October, of the firms of the park's register, net of refunds. Only rounded figures and growths are published;
the cents are chosen once, such that every one of them holds: 17.01 and 25.2%, 22.31 and 59.7%, 12.43 and 79.9%, 13.23
and 89.9%, refunds of 5.30 and 0.80 (2022) and 0.38 (2021), and, with only 2022 restored, 64% and 91.5%. The 25.2% is an
assumption: its last digit is unreadable. Restored is natural plus VAT credit refunds, which are borne .425 / .075.
"""

from datetime import date
from typing import NamedTuple

RAKED_MONTHS = 10
"""January to October; November and December are free."""
PUBLISHED_FIRMS = 3500


class Published(NamedTuple):
    """One year's net receipts of January to October and the VAT credit refunds in them, in cents."""

    natural_local: int
    natural_district: int
    refunds_local: int
    refunds_district: int

    @property
    def restored_local(self) -> int:
        """Natural plus the credit refunds."""
        return self.natural_local + self.refunds_local

    @property
    def restored_district(self) -> int:
        """Natural plus the credit refunds."""
        return self.natural_district + self.refunds_district

    def of(self, enterprises: int) -> "Published":
        """Return the totals of a park of that size: the published ones up to 3,500 firms, in proportion above."""
        over = max(enterprises, PUBLISHED_FIRMS)
        return Published(*(amount * over // PUBLISHED_FIRMS for amount in self))


PUBLISHED = {
    2021: Published(1_358_870_316_47, 690_940_128_35, 38_130_000_00, 5_719_500_00),
    2022: Published(1_700_850_273_91, 1_243_290_184_62, 530_200_000_00, 79_530_000_00),
}


def is_raked(month: date) -> bool:
    """Tell whether the park's receipts of a month are raked."""
    return month.year in PUBLISHED and month.month <= RAKED_MONTHS


def raked_months(year: int) -> tuple[date, ...]:
    """Return the months of a year that are raked together."""
    return tuple(date(year, month, 1) for month in range(1, RAKED_MONTHS + 1)) if year in PUBLISHED else ()
