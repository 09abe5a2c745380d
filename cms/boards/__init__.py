"""LED boards: playlists answered to controllers, and their proof of play."""
