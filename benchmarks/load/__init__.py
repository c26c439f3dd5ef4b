"""What the contestants are given: a core device, announcements at a pace, and what comes back."""
