"""What is seen: positions, colours and words of a layer, a stage or a network, with the tensors as one blob."""
