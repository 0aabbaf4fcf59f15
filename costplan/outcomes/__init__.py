"""What becomes of a request: steps as a Markov chain, votes, spread, queues. Floats, no money."""
