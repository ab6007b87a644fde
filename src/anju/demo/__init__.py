"""The invented city of `anju demo`: real zones and estates of Kunshan, nobody real in them (A1.1).

Names are drawn from lists, telephone numbers are of the form 199 0000 xxxx, ID numbers carry the region code 990000,
which no region of China has, and every party is marked `is_demo`.
"""

MARK = "demo.json"  # in the data folder of a demo: its size and its password
