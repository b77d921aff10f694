"""Codes that are valid in form and belong to nobody (DOMAIN section 2).

Enterprises: a body of `MA9` under a division that has not issued it. Natural persons: a serial number of 000,
which is never issued.
"""

from datetime import date

USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_CHECKS = "10X98765432"
_BODY_LENGTH = 5
_STRIDE = 7_654_321
"""Coprime to 31: neighbouring firms get codes that look unrelated, and no code comes twice."""


def organisation_code(body: str) -> str:
    """Return the nine characters of an organisation code (GB 11714) for its first eight."""
    total = sum(int(character, 36) * weight for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    remainder = 11 - total % 11
    return body + {10: "X", 11: "0"}.get(remainder, str(remainder))


def uscc(division: str, body: str) -> str:
    """Return the unified social credit code (GB 32100-2015) of an enterprise.

    Args:
        division: Six digits, where it was registered first.
        body: The first eight characters of its organisation code.
    """
    front = "91" + division + organisation_code(body)
    total = sum(USCC_CHARACTERS.index(c) * weight for c, weight in zip(front, _USCC_WEIGHTS, strict=True))
    return front + USCC_CHARACTERS[(31 - total % 31) % 31]


def simulated_uscc(number: int, division: str = "110109") -> str:
    """Return the valid code of the simulated enterprise of that number; no two numbers share one."""
    rest = number * _STRIDE % 31**_BODY_LENGTH
    characters = ""
    for _ in range(_BODY_LENGTH):
        rest, digit = divmod(rest, 31)
        characters += USCC_CHARACTERS[digit]
    return uscc(division, "MA9" + characters)


def citizen_number(born: date, division: str = "110109") -> str:
    """Return a citizen number (GB 11643) with a valid check and a serial number that is never issued."""
    front = f"{division}{born:%Y%m%d}000"
    total = sum(int(digit) * weight for digit, weight in zip(front, _CITIZEN_WEIGHTS, strict=True))
    return front + _CITIZEN_CHECKS[total % 11]
