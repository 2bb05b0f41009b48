"""The pure part, torch and numpy alone: settings, geometry, layers, one run, and every cell worked out by hand."""
