"""What every app stands on and that owns no table: time, ids, errors, encryption, policy, registry, lists, exports."""
