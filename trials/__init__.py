"""What tries the product from outside: benchmarks, faults on purpose, and the harness they share with the tests."""
