// node wasm.mjs FD WASM: the firmware as WebAssembly, its line on the socket FD.
import { readFileSync } from "node:fs";
import { openLine } from "./line.mjs";

const [fd, file] = process.argv.slice(2);

const received = [];
let written = [];
const port = {
  read: () => (received.length ? received.shift() : -1),
  write: (byte) => written.push(byte),
  ticks: () => Math.trunc(performance.now() * 1000) | 0,
};
const { instance } = await WebAssembly.instantiate(readFileSync(file), { port });
const { poll } = instance.exports;

poll();
const send = openLine(fd, (data) => {
  received.push(...data);
  while (received.length) poll();
  send(written);
  written = [];
});
