"""The pages of stories: the list, the editor with its previews, the inbox, scheduling, history."""
