"""Drift: lines let go in a current. Flow fields."""

from app.demo.series.plate import Plate, Series

SERIES = Series(
    handle="drift",
    title="Drift",
    code="DR",
    text="Thousands of lines let go in an invisible current. None of them may touch another; where they crowd, they stop.",
    how="From Drift, a series of flow fields: each line follows the slope of a slow noise until it meets a neighbour.",
    tags=("Abstract", "Lines"),
    plates=(
        Plate(
            title="Slack Tide",
            form="disc",
            seed=11,
            paper="white",
            inks=("navy", "cobalt", "sea"),
            text="A full circle of water in the minute before it turns. Fine navy strands run in from the left, hesitate "
            "around a still centre and leave as sea green. Hung large, it reads as a moon; close up, as a current.",
            alt="a circle filled with fine flowing lines in navy, cobalt and sea green on white paper.",
            settings={"scale": 210, "gap": 2.6, "turn": 1.1},
            edition="full",
            room="sofa",
            detail=True,
        ),
    ),
)
