"""Engine 2: plans, visits, inspections; hazards with an owner, a clock and a history until someone has seen them fixed.

Serves A2.5, A3.3, A3.4, A7.2 (visits), A11.1, A11.5 (notice, hand-over). A hazard hangs on a place and never needs a dwelling.
"""
