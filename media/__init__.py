"""Files and pictures: content-addressed store, renditions, infographics, board frames, QR codes."""
