"""What a person is asked at each step, and the operation that carries the answer out."""
