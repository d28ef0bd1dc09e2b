"""Every use case, one method each: where judgement, memory and reach meet, and what is one transaction is decided."""
