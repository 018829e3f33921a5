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

# LeCun et al. 1998, Fig. 6, digitized like Fig. 5, to about 0.02 percent: error on the test set by
# the number of training digits; the last with distortions.
FIGURE_6 = {
    "lenet5_1998_15000": 1.68,
    "lenet5_1998_30000": 1.14,
    "lenet5_1998": 0.94,
    "lenet5_1998_distorted": 0.82,
}

# LeCun et al. 1998, Fig. 9, p. 12: error on the 10,000 test digits in percent, by the name of the
# experiment that measures it again.
FIGURE_9 = {
    "linear": 12.0,
    "linear_deslanted": 8.4,
    "pairwise": 7.6,
    "knn": 5.0,
    "knn_deslanted": 2.4,
    "pca_quadratic": 3.3,
    "rbf_linear": 3.6,
    "tangent_distance": 1.1,
    "svm_poly4": 1.1,
    "svm_reduced": 1.0,
    "svm_virtual": 0.8,
    "mlp_300": 4.7,
    "mlp_300_distorted": 3.6,
    "mlp_300_deslanted": 1.6,
    "mlp_1000": 4.5,
    "mlp_1000_distorted": 3.8,
    "mlp_300_100": 3.05,
    "mlp_300_100_distorted": 2.5,
    "mlp_500_150": 2.95,
    "mlp_500_150_distorted": 2.45,
    "lenet1": 1.7,
    "lenet4": 1.1,
    "lenet4_local": 1.1,
    "lenet4_knn": 1.1,
    "lenet5_1998": 0.95,
    "lenet5_1998_distorted": 0.8,
    "lenet4_boosted": 0.7,
}

# LeCun et al. 1998, Fig. 10, p. 14: percentage of test digits to reject for 0.5 percent error.
FIGURE_10 = {
    "knn_deslanted": 8.1,
    "tangent_distance": 1.9,
    "svm_poly4": 1.8,
    "mlp_300_deslanted": 3.2,
    "lenet1": 3.7,
    "lenet4": 1.8,
    "lenet4_local": 1.4,
    "lenet4_knn": 1.6,
    "lenet4_boosted": 0.5,
}

# LeCun et al. 1998, Figs. 11 and 12, p. 15: thousands of multiply-accumulates to read one digit,
# and thousands of variables to be stored.
FIGURE_11 = {
    "linear_deslanted": 4,
    "pairwise": 36,
    "knn_deslanted": 24_000,
    "pca_quadratic": 39,
    "rbf_linear": 794,
    "tangent_distance": 20_000,
    "svm_poly4": 14_000,
    "svm_reduced": 650,
    "svm_virtual": 28_000,
    "mlp_300_deslanted": 123,
    "mlp_1000": 795,
    "mlp_300_100": 267,
    "mlp_500_150": 469,
    "lenet1": 100,
    "lenet4": 260,
    "lenet4_local": 20_000,
    "lenet4_knn": 10_000,
    "lenet5_1998": 401,
    "lenet4_boosted": 460,
}
FIGURE_12 = FIGURE_11 | {
    "pairwise": 35,
    "pca_quadratic": 40,
    "tangent_distance": 25_000,
    "lenet1": 3,
    "lenet4": 17,
    "lenet4_local": 24_000,
    "lenet4_knn": 24_000,
    "lenet5_1998": 60,
    "lenet4_boosted": 51,
}
