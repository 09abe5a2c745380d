"""The processes of an installation: who keeps whom running, who ends with whom, and how often one was started again."""
