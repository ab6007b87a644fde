"""Who is responsible for what: the area tree with its grid leaders, places, postings, grants, pilots (A1.1, A7.1, X1)."""
