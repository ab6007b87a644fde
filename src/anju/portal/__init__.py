"""Pages of residents, opened from the code on a sign: light, without an app, on old phones (A3.1, A3.7, A10.1).

Anybody sees what was found and reports a hazard; who lets or lives signs in with a one-time code. Officers answer reports
under /reports/. It is an edge: it asks the apps below and keeps only reports, objections, invitations and codes.
"""
