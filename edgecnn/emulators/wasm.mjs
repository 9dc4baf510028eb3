// node wasm.mjs WASM FD: the firmware as WebAssembly, its line on the listening socket FD.
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

const [file, fd] = process.argv.slice(2);

let received = [];
let written = [];
const port = {
  read: () => (received.length ? received.shift() : -1),
  write: (byte) => written.push(byte),
  ticks: () => Math.trunc(performance.now() * 1000) | 0,
};
const { instance } = await WebAssembly.instantiate(readFileSync(file), { port });
const { poll } = instance.exports;

poll();

createServer((socket) => {
  socket.setNoDelay(true);
  socket.on("data", (data) => {
    received.push(...data);
    while (received.length) poll();
    socket.write(Uint8Array.from(written));
    written = [];
  });
  socket.on("error", () => {});
}).listen({ fd: Number(fd) });
