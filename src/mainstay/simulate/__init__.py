"""A simulated park with planted truth, as messy as real extracts; never to be taken for a real one."""

from mainstay.simulate.park import Park, write_park
from mainstay.simulate.truth import PlantedFile

__all__ = ["Park", "PlantedFile", "write_park"]
