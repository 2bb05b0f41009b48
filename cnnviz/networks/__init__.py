"""Networks: what they are, what their units see, how they are read from code and files, and edited."""
