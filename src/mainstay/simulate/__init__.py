"""A simulated park with planted truth, as messy as real extracts; never to be taken for a real one."""

from mainstay.simulate.accounting import PlantedFile
from mainstay.simulate.industries import DISTRICT_AUTHORITY_WORDS
from mainstay.simulate.park import Park, write_park

__all__ = ["DISTRICT_AUTHORITY_WORDS", "Park", "PlantedFile", "write_park"]
