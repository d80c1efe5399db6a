"""``manage.py benchmark``: what the app costs, as ratios to bare Django in the same run (design: quality, Fast).

Absolute times change with the machine and what else it does; what one run compares side by side does not.
"""
