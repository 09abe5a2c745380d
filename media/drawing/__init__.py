"""Canvas, letters, colours and QR codes."""
