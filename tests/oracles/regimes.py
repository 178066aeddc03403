"""A hidden Markov chain behind normal returns, one line at a time: Hamilton's filter, Kim's smoother, a simulation."""

import math

import numpy as np


def hamilton(values, mean, variances, transition, initial):
    """Filtered probabilities, predicted ones (one row more) and the log-likelihood."""
    states, predicted, filtered, total = range(len(variances)), [list(initial)], [], 0.0
    for value in values:
        joint = []
        for k in states:
            density = math.exp(-0.5 * (value - mean) ** 2 / variances[k]) / math.sqrt(2.0 * math.pi * variances[k])
            joint.append(predicted[-1][k] * density)
        total += math.log(sum(joint))
        filtered.append([part / sum(joint) for part in joint])
        predicted.append([sum(filtered[-1][i] * transition[i][j] for i in states) for j in states])
    return filtered, predicted, total


def kim(filtered, predicted, transition):
    """Smoothed probabilities, from the last date back."""
    states, smoothed = range(len(transition)), [filtered[-1]]
    for t in range(len(filtered) - 2, -1, -1):
        ahead = smoothed[0]
        row = [
            filtered[t][i]
            * sum(transition[i][j] * ahead[j] / predicted[t + 1][j] for j in states if predicted[t + 1][j] > 0.0)
            for i in states
        ]
        smoothed.insert(0, row)
    return smoothed


def stationary(transition):
    """Probabilities that a step leaves as they are."""
    system = np.vstack([np.transpose(transition) - np.eye(len(transition)), np.ones(len(transition))])
    return np.linalg.lstsq(system, np.append(np.zeros(len(transition)), 1.0), rcond=None)[0]


def simulate(count, mean, sigmas, transition, seed):
    """Draw returns and the states behind them."""
    rng, state, states = np.random.default_rng(seed), 0, []
    for _ in range(count):
        state = int(rng.choice(len(sigmas), p=transition[state]))
        states.append(state)
    return mean + np.array(sigmas)[states] * rng.normal(size=count), np.array(states)
