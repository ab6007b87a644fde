"""Pages of hazards, visits and plans. Views fetch, call a service and answer; nothing else."""
