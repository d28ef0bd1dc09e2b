"""What an audit found, for a terminal, a spreadsheet, a program and a managing director."""
