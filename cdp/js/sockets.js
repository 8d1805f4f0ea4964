// How many of the app's open WebSockets are known from before.
(lib, { socket }) => lib.openSockets(socket).length
