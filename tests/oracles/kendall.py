"""Kendall's tau-b by its definition: every pair of rows, one after the other."""

import math
from itertools import combinations


def tau_b(x, y):
    surplus = untied_x = untied_y = 0
    for i, j in combinations(range(len(x)), 2):
        first = (x[i] > x[j]) - (x[i] < x[j])
        second = (y[i] > y[j]) - (y[i] < y[j])
        surplus += first * second
        untied_x += abs(first)
        untied_y += abs(second)
    return surplus / math.sqrt(untied_x) / math.sqrt(untied_y)
