"""The proxy through which browsers load stored images. No login: an <img> sends no header."""

from fastapi import APIRouter, Query, Response

from tms_server.pictures import picture

router = APIRouter(prefix="/files")


@router.get("/proxy")
async def proxy(key: str = Query(..., min_length=1, max_length=1024)):
    return Response(
        picture(key),
        media_type="image/png",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
