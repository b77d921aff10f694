"""Hidden outflow in the rows: total tax holds while the local part falls, because more is allocated to the centre.

The study's firm of DOMAIN section 3 (turnover +22.7%, total tax +17%, local tax -38.7%) in the form of the extract: the
taxes that are shared carry a 预算分配比例 of their own, as those of a head office that files for branches elsewhere do.
"""

from mainstay.simulate.money.levies import SURTAXES, VAT, Levy

SURTAX_PART = sum(per_cent for _, per_cent in SURTAXES) / 100
"""What the surtaxes add to one yuan of VAT; all of it is local."""


def with_surtaxes(levy: Levy, local: float) -> float:
    """Return all that comes to the local levels with a local part: of VAT its surtaxes too, else only itself."""
    if levy.shares is None:
        return 0.0
    return local * (1 + SURTAX_PART / levy.shares.local) if levy.item == VAT.item else local


def allocated(levy: Levy, local: float, keeps: float, total: float) -> tuple[Levy, float]:
    """Return the levy with shares of its own, and its local part, which with the surtaxes stays what it was.

    Args:
        levy: As the table shares it; what is wholly local stays as it is.
        local: Its local part after the fall, of VAT without surtaxes.
        keeps: What the firm's local revenue keeps, 0 to 1.
        total: What its total tax keeps, about 1.
    """
    if levy.shares is None or not levy.shares.central:
        return levy, local
    usual = levy.shares.local
    if levy.item != VAT.item:
        return levy.with_local(usual * keeps / total), local
    # The surtaxes hold with the VAT's total and are local: the VAT's own local part has to fall by more.
    shifted = levy.with_local((usual + SURTAX_PART) * keeps / total - SURTAX_PART)
    return shifted, local * with_surtaxes(levy, 1.0) / with_surtaxes(shifted, 1.0)
