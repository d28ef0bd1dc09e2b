"""What systems agreed to send: the schema of a message and its meaning, and what a message of it says in our words."""
