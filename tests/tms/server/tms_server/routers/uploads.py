"""Uploads. The file is streamed to a temporary one, measured, and dropped."""

from uuid import uuid4

from fastapi import APIRouter, Depends, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import JSONResponse

from tms_server import limiter
from tms_server.access import require_member
from tms_server.auth import Caller, current_caller
from tms_server.sending import Draft, send

router = APIRouter(prefix="/messages")

MAX_BYTES = 100 * 1024 * 1024
PLAIN_TYPES = frozenset(
    {
        "application/pdf",
        "application/zip",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "text/plain",
        "text/csv",
        "video/mp4",
        "audio/mpeg",
        "audio/webm",
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
    }
)
ENCRYPTED_TYPE = "application/octet-stream"


def _check_type(mime_type: str, encrypted: bool) -> None:
    if mime_type in PLAIN_TYPES or (encrypted and mime_type == ENCRYPTED_TYPE):
        return
    raise HTTPException(415, f"File type not supported: {mime_type}")


def _draft(conversation_id: str, file: UploadFile, encrypted: bool) -> Draft:
    mime_type = file.content_type or ENCRYPTED_TYPE
    is_image = mime_type.startswith("image/")
    oss_key = f"uploads/{conversation_id}/{uuid4()}/{file.filename}"
    metadata = {
        "fileName": file.filename,
        "fileSize": file.size,
        "mimeType": mime_type,
        "ossKey": oss_key,
        "fileUrl": f"https://files.example.com/{oss_key}",
    }
    if is_image:
        metadata["thumbnailUrl"] = metadata["fileUrl"]
    kind = "IMAGE" if is_image else "FILE"
    return Draft(conversation_id, file.filename, kind, metadata, encrypted=encrypted)


@router.post("/upload")
async def upload(
    request: Request,
    conversation_id: str = Form(...),
    file: UploadFile = File(...),
    encrypted: bool = Form(False),
    caller: Caller = Depends(current_caller),
):
    await limiter.count(limiter.UPLOADS, request, caller)
    _check_type(file.content_type or ENCRYPTED_TYPE, encrypted)
    if file.size > MAX_BYTES:
        raise HTTPException(413, f"File too large: {file.size} bytes, at most {MAX_BYTES}")
    await require_member(caller, conversation_id)
    message = await send(caller, _draft(conversation_id, file, encrypted))
    return JSONResponse(message, status_code=201)
