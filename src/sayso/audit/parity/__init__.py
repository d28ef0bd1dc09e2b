"""What an ERP answers, told as cases, asked of the one judgement, and compared."""
