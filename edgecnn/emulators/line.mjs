// The serial line of an emulated board: a socket that listens already, known by its descriptor.
import { createServer } from "node:net";

// One line says why it ended: edgecnn shows the last.
process.on("uncaughtException", (error) => {
  console.error(error.message);
  process.exit(1);
});

// Calls `receive` with the bytes that come; returns what sends bytes to whoever is connected.
export function openLine(descriptor, receive) {
  let connected = null;
  createServer((socket) => {
    connected = socket.setNoDelay(true);
    socket.on("data", receive);
    socket.on("error", () => {});
    socket.on("close", () => (connected = connected === socket ? null : connected));
  }).listen({ fd: Number(descriptor) });
  return (bytes) => connected?.write(Uint8Array.from(bytes));
}
