"""Every order decided again on the facts of its moment; what differs, why, and what would mend it."""
