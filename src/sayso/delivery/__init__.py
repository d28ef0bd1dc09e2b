"""Messages in and effects out: kept, shared out, tried again, given up. Knows neither senders nor content."""
