"""Long work in short transactions: leased, resumable, with progress; and what must happen every so often."""
