"""Enforcement: recorded powers, legal orders, joint action. Used by departments; the office reads here what it may not do.

Clauses A11.1, A11.2, A11.5. A legal order needs a recorded power, two officers, binding rules and a party that the
article covers; what is missing is said in words. Utilities are never cut from here (A11.3).
"""
