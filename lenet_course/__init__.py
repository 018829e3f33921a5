"""The package behind "LeNet, Layer by Layer", an open course on LeNet-5."""
