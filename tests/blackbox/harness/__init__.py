"""The parts that the black-box tests plug together."""
