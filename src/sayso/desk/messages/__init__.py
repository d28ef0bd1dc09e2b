"""Messages taken in, read by their contracts, held back, mended and replayed; who is told what happens."""
