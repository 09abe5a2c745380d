"""Stories: writing, revisions, variants, checking, approval, scheduling and retraction."""
