// node wasm.mjs ROUNDS WASM...: times an inference of each module, which take turns, and compares what they answer.
import { readFileSync } from "node:fs";

const CALLS = 20;
const [rounds, ...files] = process.argv.slice(2);

const networks = await Promise.all(files.map(async (file) => {
  const { instance } = await WebAssembly.instantiate(readFileSync(file));
  const { memory, network_input, network_output, network_invoke } = instance.exports;
  const bytes = (address, count) => new Uint8Array(memory.buffer, address, count);
  return {
    run(input, outputs) {
      bytes(network_input(), input.length).set(input);
      network_invoke();
      return bytes(network_output(), outputs).slice();
    },
    invoke: network_invoke,
    times: [],
  };
}));

const input = Uint8Array.from({ length: 1024 }, (_, i) => (i * 2654435761) >>> 24);
const answers = networks.map((network) => network.run(input, 10).join());
if (new Set(answers).size > 1) throw new Error(`the modules do not agree: ${answers.join(" / ")}`);

// A round is the fastest of a few calls of each.
const seconds = (invoke) => {
  const start = performance.now();
  invoke();
  return (performance.now() - start) / 1000;
};
for (let round = 0; round < Number(rounds); round++) {
  for (const { invoke, times } of networks) {
    times.push(Math.min(...Array.from({ length: CALLS }, () => seconds(invoke))));
  }
}
console.log(JSON.stringify(networks.map(({ times }) => times)));
