"""What an editor writes: content, its forms, pictures, working copies and revisions."""
