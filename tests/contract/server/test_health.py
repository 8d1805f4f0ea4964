"""Health: liveness, readiness, socket counts."""

import unittest

from support import AsyncTest, Client, logged_in, opened, server


class Health(AsyncTest):
    def test_health_answers_200_without_login(self):
        self.assertEqual(Client(server(), None).get("/health").status, 200)

    def test_health_tells_nothing_of_the_switches(self):
        self.assertEqual(Client(server(), None).get("/health").json, {"status": "healthy"})

    def test_ready_answers_200_with_its_checks(self):
        answer = Client(server(), None).get("/health/ready")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json["status"], "ready")
        self.assertIs(answer.json["checks"]["database"], True)
        self.assertIs(answer.json["checks"]["redis"], True)

    async def test_websocket_counts_connections_and_users_of_the_worker(self):
        to = server(TMS_PRESENCE_BROADCAST="off", TMS_FETCH_DELAY_MS="1")  # one of this test's own
        client = Client(to, None)
        before = client.get("/health/websocket")
        self.assertEqual(before.status, 200)
        self.assertEqual(before.json, {"active_connections": 0, "active_users": 0})
        async with logged_in(to, 33), logged_in(to, 33), logged_in(to, 34), opened(to):
            self.assertEqual(
                client.get("/health/websocket").json, {"active_connections": 3, "active_users": 2}
            )


if __name__ == "__main__":
    unittest.main()
