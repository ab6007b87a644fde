"""Users and signing in. Knows no area and no department: postings live in `areas`."""
