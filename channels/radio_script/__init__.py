"""Radio scripts: what a presenter reads over the loudspeakers of a district or commune, and how long it takes."""
