"""The pages of stories, registered on one blueprint."""

from cms.stories.blueprint import blueprint
from cms.stories.pages import drafts, editor, history, inbox, index, pictures, scheduling

__all__ = ["blueprint", "drafts", "editor", "history", "inbox", "index", "pictures", "scheduling"]
