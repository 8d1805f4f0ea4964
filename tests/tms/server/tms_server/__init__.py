"""Reference server of the TMS chat: the HTTP and Socket.IO contract that the harness drives."""
