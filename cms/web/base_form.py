"""The form that pages share: its service says what is wrong, and the sentence stands at the field."""

from flask_wtf import FlaskForm

from cms.core.refusal import Refusal


class OwnForm(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no annotations
    """A form whose service says what is wrong; ``errors_from`` puts the sentence at its field."""

    form_errors: list[str]

    def errors_from(self, refusal: Refusal, sentence: str) -> None:
        """Show ``sentence`` at the refusal's field, or above the form if it has none."""
        field = self[refusal.field] if refusal.field and refusal.field in self else None
        if field is None:
            self.form_errors = [*self.form_errors, sentence]
        else:
            field.errors = [*field.errors, sentence]
