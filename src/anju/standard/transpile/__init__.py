"""From the checked expression tree to the languages in which rules run: Python, SQL, JavaScript."""
