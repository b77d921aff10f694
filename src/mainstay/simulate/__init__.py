"""A simulated park with planted truth, as messy as real extracts; never to be taken for a real one."""

from mainstay.simulate.comparison import Finding, compare
from mainstay.simulate.files.export import PlantedFile
from mainstay.simulate.firms.industries import DISTRICT_AUTHORITY_WORDS
from mainstay.simulate.park import Park, write_park
from mainstay.simulate.visitors import Visitors

__all__ = [
    "DISTRICT_AUTHORITY_WORDS",
    "Finding",
    "Park",
    "PlantedFile",
    "Visitors",
    "compare",
    "write_park",
]
