"""Havoc: people buy while processes are killed at every step, stores fail and companies misbehave; then the books.

The one rule: nothing of it is in the shop. Where a process stands is seen from outside, by a proxy in front of each
store and company, so that what is proved is what ships.
"""
