// node rp2040.mjs FD MODULES UF2 [RAM]: a Raspberry Pi Pico with the file UF2 in its flash, UART0 on the socket FD.
// rp2040js and uf2 come from the folder MODULES. Whoever connects to the socket RAM gets a copy of the memory.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { openLine } from "./line.mjs";

const [fd, modules, file, ram] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { RP2040, ConsoleLogger, LogLevel } = require("rp2040js");
const { decodeBlock, blockSize } = require("uf2");

const FLASH = 0x10000000;
const SRAM = 0x20000000;
const STAGE_AT = 0x20041f00; // where the ROM puts the second stage, and its own stack ends
const STAGE_SIZE = 256;
const UARTDR = 0x00;
const UARTFR = 0x18;
const STEPS = 200_000; // instructions between two looks at the socket: some milliseconds
const IDLE_LOOKS = STEPS / 200; // far more than any answer takes, far fewer than waiting does

const chip = new RP2040();
chip.logger = new ConsoleLogger(LogLevel.Error);

const { core, clock } = chip;
const uart = chip.uart[0];
const image = readFileSync(file);
for (let at = 0; at < image.length; at += blockSize) {
  const block = decodeBlock(image.subarray(at, at + blockSize));
  chip.flash.set(block.payload, block.flashAddress - FLASH);
}

const received = [];
let written = [];
uart.onByte = (byte) => written.push(byte);

// How often the firmware looked for a byte in vain since it read one, and since the last look at the socket. If it does
// nothing else, it stands still until a byte comes: an emulator that waits leaves the computer to others.
let looks = 0;
let idle = false;
const readRegister = uart.readUint32.bind(uart);
uart.readUint32 = (offset) => {
  looks = offset === UARTFR && uart.rxFIFO.empty ? looks + 1 : offset === UARTDR ? 0 : looks;
  return readRegister(offset);
};

const send = openLine(fd, (data) => {
  received.push(...data);
  if (idle) setImmediate(run);
  idle = false;
});

// What the ROM does on a Pico whose button is not pressed.
function boot() {
  const stage = chip.flash.subarray(0, STAGE_SIZE);
  const stored = chip.flashView.getUint32(STAGE_SIZE - 4, true);
  if (crc32(stage.subarray(0, STAGE_SIZE - 4)) !== stored) {
    throw new Error("the ROM would not start this: its second stage of boot fails the checksum.");
  }
  chip.sram.set(stage, STAGE_AT - SRAM);
  core.SP = STAGE_AT;
  core.PC = STAGE_AT;
}

// CRC-32/MPEG-2.
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  }
  return crc >>> 0;
}

function run() {
  for (let i = 0; i < STEPS; i++) {
    if (received.length && !uart.rxFIFO.full) uart.feedByte(received.shift());
    clock.tick((core.executeInstruction() * 1e9) / chip.clkSys);
  }
  idle = looks > IDLE_LOOKS && written.length === 0;
  if (written.length) send(written);
  written = [];
  looks = 0;
  if (!idle) setImmediate(run);
}

if (ram) createServer((socket) => socket.end(Buffer.from(chip.sram))).listen(ram);

boot();
run();
