"""Looking at what happened: time lines, measures, exports. Only reads."""
