"""Compares sparse non-negative weights with those that scikit-learn finds.

lasso_oracle.py ATOMS.npy TARGETS.npy WEIGHTS.npy PENALTY      exit status 1 when they differ
"""
import sys

import numpy as np
from sklearn.linear_model import Lasso

atoms, targets, weights = (np.load(path).astype(np.float64) for path in sys.argv[1:4])
penalty = float(sys.argv[4])
# Its problem is |y - Xw|² / 2d + alpha · |w|, ours |y - Xw|² + penalty · |w|.
solver = Lasso(alpha=penalty / (2 * atoms.shape[1]), positive=True, fit_intercept=False, max_iter=100_000, tol=1e-9)


def objective(target, w):
    rest = target - atoms.T @ w
    return rest @ rest + penalty * w.sum()


worst = 0
for target, ours in zip(targets, weights):
    theirs = solver.fit(atoms.T, target).coef_
    worst = max(worst, abs(objective(target, ours) - objective(target, theirs)), np.abs(ours - theirs).max())
print("largest difference", worst)
sys.exit(int(worst > 2e-4))
