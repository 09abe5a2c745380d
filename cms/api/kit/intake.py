"""From a request to validated values: query, JSON body, uploaded form."""

from typing import Any, get_origin

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from channels.words import N_
from cms.api.kit.fields import MOST_ID, Form
from cms.api.kit.sentences import NoBody, NotJson, refusal_of
from cms.api.kit.table import Endpoint
from cms.core.refusal import NotFound
from cms.stories.editing import pictures
from cms.web.context import settings
from cms.web.input.request_cleaning import clean_json


def query(model: type[BaseModel]) -> BaseModel:
    """Return the query; a name that comes twice is refused unless the field is a list."""
    sent: dict[str, Any] = {}
    for name, values in request.args.lists():
        listed = _is_list(model, name)
        sent[name] = values if listed or len(values) > 1 else values[0]
    return _checked(model, sent)


def body(endpoint: Endpoint) -> BaseModel | None:
    """Return the body; None where the endpoint takes none."""
    model = endpoint.body
    if model is None:
        return None
    if issubclass(model, Form):
        return _form(model)
    data = clean_json(request.get_data(cache=False))
    if not data:
        if endpoint.body_required:
            raise NoBody(N_("Yêu cầu thiếu nội dung JSON; hãy gửi kèm nội dung."))
        return model()
    if not request.is_json:
        raise NotJson(N_("Hãy gửi nội dung JSON với tiêu đề Content-Type: application/json."))
    try:
        return model.model_validate_json(data, strict=True)
    except ValidationError as error:
        raise refusal_of(error) from None


def arguments(sent: dict[str, Any]) -> dict[str, Any]:
    """Return the path's arguments; a number that no row can have is not found."""
    if not all(_possible(value) for value in sent.values()):
        raise NotFound(N_("Không có địa chỉ này; hãy xem lại tài liệu API."))
    return sent


def _possible(value: Any) -> bool:
    return isinstance(value, str) or 1 <= value <= MOST_ID


def _form(model: type[BaseModel]) -> BaseModel:
    if request.mimetype != "multipart/form-data":
        raise NotJson(N_("Hãy gửi tệp dưới dạng multipart/form-data."))
    try:
        sent: dict[str, Any] = dict(request.form.items())
    except RequestEntityTooLarge:
        raise pictures.too_heavy(request.content_length or 0, settings().max_upload_mb * 1_000_000) from None
    for name, file in request.files.items():
        sent[name] = file.stream
        if "name" in model.model_fields and file.filename:
            sent.setdefault("name", file.filename)
    return _checked(model, sent)


def _checked(model: type[BaseModel], sent: dict[str, Any]) -> BaseModel:
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        raise refusal_of(error) from None


def _is_list(model: type[BaseModel], name: str) -> bool:
    field = model.model_fields.get(name)
    return field is not None and get_origin(field.annotation) in {list, tuple}
