"""The series of the studio: one module each, holding the plates' words and settings, no drawing."""

from app.demo.series import drift, herbarium, horizon, interference, leadlight, pendulum, relief, tilework
from app.demo.series.plate import Plate, Series

SERIES: tuple[Series, ...] = (
    horizon.SERIES,
    drift.SERIES,
    herbarium.SERIES,
    relief.SERIES,
    tilework.SERIES,
    leadlight.SERIES,
    interference.SERIES,
    pendulum.SERIES,
)
PLATES: dict[str, Plate] = {plate.handle: plate for series in SERIES for plate in series.plates}
