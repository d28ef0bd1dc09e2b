"""What was promised, held against what the ERP and the company's policy would have said. Only reads."""
