"""As many processes as there are cores, behind one port: nginx in front, a visitor always led to the same process."""
