"""Papers of letting: guarantees to the police, leases and their filing, the register of group rentals (A3.1, A3.2, A3.6).

Used by offices, police, housing and grid workers. What is recorded here becomes register facts of the home, so that the
standard judges papers by the same rules as everything else.
"""
