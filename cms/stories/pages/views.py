"""The pages of stories, registered on one blueprint."""

from cms.stories.pages import drafts, editor, history, inbox, index, pictures, scheduling
from cms.stories.pages.blueprint import blueprint

__all__ = ["blueprint", "drafts", "editor", "history", "inbox", "index", "pictures", "scheduling"]
