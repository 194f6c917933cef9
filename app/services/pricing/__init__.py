"""What an order costs. Pure: values in, values out, no rows.

The one rule: the steps below, in this order, and money is rounded once in each. Lines always sum to the totals, the
taxes of the lines and of the delivery to the tax, and nothing is ever negative.

1. A line is its unit price times its quantity.
2. What is taken off single lines (`Reduction.is_of_lines`): percent of some lines, and "buy some, get some".
3. What is taken off the order: percent of all it still costs, then fixed amounts, each split over the lines by largest
   remainder, in proportion to what the lines still cost. Within a step, reductions count in the order they are given.
4. Delivery, free where a reduction says so.
5. The tax of each line on what is left of it, at its own rate, half up.
6. The tax of the delivery: its price is shared out among the rates of the goods it brings, each share taxed half up.
7. The totals. Where prices include tax, the total is goods and delivery, and tax is within it; otherwise it is added.
"""

from app.services.pricing.breakdown import Breakdown, Saving, break_down
from app.services.pricing.parts import part_of
from app.services.pricing.reductions import Kind, Reduction
from app.services.pricing.totals import Line, LineTotal, RateTotal, Taken, Totals, added_tax, included_tax, totals

__all__ = [
    "Breakdown",
    "Kind",
    "Line",
    "LineTotal",
    "RateTotal",
    "Reduction",
    "Saving",
    "Taken",
    "Totals",
    "added_tax",
    "break_down",
    "included_tax",
    "part_of",
    "totals",
]
