"""What tools/benchmark does, step by step: workload, Newel, peers, report."""
