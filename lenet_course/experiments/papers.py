"""Curves of the papers, beside which the book puts its own."""

# LeCun et al. 1998, Fig. 5, digitized from the figure's vector data, to about 0.03 percent. Error
# on the test set after each pass, and on the training patterns as they were met.
FIGURE_5_TEST = (
    *(2.67, 2.24, 1.48, 1.43, 1.43, 1.08, 1.03, 1.06, 0.98, 0.95),
    *(0.95, 0.98, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95),
)
FIGURE_5_TRAINING = (
    *(4.94, 3.06, 1.77, 1.48, 1.21, 0.90, 0.76, 0.69, 0.55, 0.47),
    *(0.45, 0.42, 0.39, 0.37, 0.37, 0.37, 0.37, 0.34),
)
