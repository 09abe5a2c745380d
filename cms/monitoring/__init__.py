"""What those see who watch an installation: liveness and metrics."""
