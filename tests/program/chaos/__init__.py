"""Kill -9 without end while messages flow, against a list kept outside of what was acknowledged (A4.4).

    flows     devices that keep what is not acknowledged, and the outside list
    killing   gateways and workers that are killed at random and started again
    checking  the database against the list; alarms counted anew from the readings
    storm     one combination of protocol and database from its making to its report

`./anju chaos ingest` runs it (`__main__`); a short form is a test.
"""
