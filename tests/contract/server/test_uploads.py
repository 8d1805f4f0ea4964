"""Uploads: multipart, types, sizes, their limit."""

import unittest

from support import Client, new_conversation, server, stack

BOUNDARY = "contract-test-boundary"
MIB = 1024 * 1024


def form(conversation_id, content=b"some bytes", mime_type="application/pdf", **fields):
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in {"conversation_id": conversation_id, **fields}.items()
    ]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n'
        f"Content-Type: {mime_type}\r\n\r\n"
    ).encode()
    return b"".join(parts) + head + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def upload(to, body, user=0):
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return Client(to, user).call("POST", "/messages/upload", body, headers)


class Uploads(unittest.TestCase):
    def setUp(self):
        self.conversation = new_conversation(0)

    def test_a_file_answers_201_with_its_FILE_message(self):
        answer = upload(server(), form(self.conversation, b"x" * 3000))
        self.assertEqual(answer.status, 201)
        self.assertEqual(answer.json["type"], "FILE")
        self.assertEqual(answer.json["metadata"]["fileSize"], 3000)
        self.assertIn("Signature=", answer.json["metadata"]["fileUrl"])

    def test_an_image_makes_an_IMAGE_message(self):
        answer = upload(server(), form(self.conversation, mime_type="image/png"))
        self.assertEqual((answer.status, answer.json["type"]), (201, "IMAGE"))

    def test_encrypted_true_is_taken_and_allows_plain_bytes(self):
        body = form(self.conversation, mime_type="application/octet-stream", encrypted="true")
        answer = upload(server(), body)
        self.assertEqual((answer.status, answer.json["encrypted"]), (201, True))

    def test_a_type_that_is_not_allowed_is_415(self):
        answer = upload(server(), form(self.conversation, mime_type="application/x-msdownload"))
        self.assertEqual(answer.status, 415)
        self.assertIsInstance(answer.json["detail"], str)

    def test_more_than_100_MiB_is_413(self):
        answer = upload(server(), form(self.conversation, bytes(100 * MIB + 1)))
        self.assertEqual(answer.status, 413)

    def test_a_missing_file_is_422(self):
        body = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"conversation_id\"\r\n\r\n" \
               f"x\r\n--{BOUNDARY}--\r\n"
        answer = upload(server(), body.encode())
        self.assertEqual(answer.status, 422)
        self.assertEqual(answer.json["detail"][0]["loc"], ["body", "file"])

    def test_a_non_member_gets_403(self):
        self.assertEqual(upload(server(), form(self.conversation), user=1).status, 403)

    def test_the_11th_upload_of_a_minute_is_429(self):
        stack().redis_command("FLUSHALL")
        limited = server(RATELIMIT_ENABLED="true")
        answers = [upload(limited, form(self.conversation)) for _ in range(11)]
        self.assertEqual([answer.status for answer in answers], [201] * 10 + [429])
        self.assertEqual(answers[-1].json, {"error": "Rate limit exceeded: 10 per 1 minute"})


if __name__ == "__main__":
    unittest.main()
