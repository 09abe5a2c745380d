"""Taking everything out as one file, bringing it back, and looking whether an installation is sound."""
