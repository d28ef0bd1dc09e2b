"""From a message's events to their consequences: orders folded, decided on, and what that changes. See following.py."""
