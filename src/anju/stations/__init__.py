"""Micro fire stations and control rooms: staff, kit, rosters, drills, and call-outs with their clocks.

Serves A6.1, A6.2, A6.3 and the station's side of A4.4 and A9.3. A call-out goes to the station on duty, then to the next, the
grid's leader, the town; every limit is a row with a time, none waits in memory. It shows how many people need help to get out
as a number and names nobody.
"""
