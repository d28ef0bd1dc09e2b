"""The settings of a policy, a module for each group: what each may be, and how each ERP has it."""
