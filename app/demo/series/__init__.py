"""The series of the studio: one module each, holding the plates' words and settings, no drawing."""

from app.demo.series import drift
from app.demo.series.plate import Plate, Series

SERIES: tuple[Series, ...] = (drift.SERIES,)
PLATES: dict[str, Plate] = {plate.handle: plate for series in SERIES for plate in series.plates}
