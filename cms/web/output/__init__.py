"""What goes out on a page: words of a language, numbers and times, badges, cells of files."""
