"""The portal as a channel: RSS 2.0, Atom and JSON Feed of a column, and the text of each story's page."""
