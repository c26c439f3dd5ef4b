"""Everything that comes from outside, with whatever bytes somebody may send."""
