from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse
from django.utils.http import content_disposition_header

from common.files.selectors import get_attachment
from common.kinds.errors import NotVisible
from common.policy.rules import PersonRequest, signed_in


@signed_in
def serve(request: PersonRequest, pk: int, name: str) -> FileResponse:
    """The one way a file leaves: its record must be visible; always an attachment, never sniffed."""
    attachment = get_attachment(request.user, pk)
    if not default_storage.exists(attachment.blob.path):
        raise NotVisible
    response = FileResponse(default_storage.open(attachment.blob.path), content_type="application/octet-stream")
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=attachment.name) or "attachment"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
