"""Measurements: how fast the shop answers, what a request costs, and what the processes weigh.

The one rule: everything that is compared runs in the same minutes, in short turns, because machines have moods.
"""
