// Asks feelin (JavaScript): the same lines as worker.py. `node feelin.mjs CASES.json`, run where feelin is installed.
// feelin parses at every call and has nothing to keep, so there is only the mode `whole`.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.cwd() + '/');
const { evaluate, unaryTest } = await import(pathToFileURL(require.resolve('feelin')).href);
const { version } = require('feelin/package.json');
const ENOUGH = 0.01;

const inputs = (value) => {
  if (Array.isArray(value)) return value.map(inputs);
  if (value === null || typeof value !== 'object') return value;
  if (Object.keys(value).join() === 'day') return evaluate(`date("${value.day}")`).value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, inputs(entry)]));
};

const answer = (value) => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return { number: String(value) };
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(answer);
  const plain = Object.getPrototypeOf(value) === Object.prototype;
  if (!plain) {
    const text = evaluate('string(x)', { x: value }).value;
    return /^\d{4}-\d\d-\d\d$/.test(text) ? { day: text } : { other: String(text) };
  }
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, answer(entry)]));
};

// A table as its user would write it, since feelin has none: the first row whose tests all hold.
const decide = (given, context) => {
  const columns = Object.keys(context);
  for (const [cells, result] of given.rows) {
    if (cells.every((cell, i) => unaryTest(cell, { '?': evaluate(columns[i], context).value, ...context }).value === true)) {
      return evaluate(result, context).value;
    }
  }
  return null;
};

const prepare = (given) => {
  const context = inputs(given.inputs);
  if (given.kind === 'table') return () => decide(given, context);
  if (given.kind === 'tests') return () => unaryTest(given.text, { '?': given.value }).value;
  return () => evaluate(given.text, context).value;
};

const measured = (call) => {
  let count = 1;
  for (;;) {
    const started = process.cpuUsage();
    for (let i = 0; i < count; i++) call();
    const spent = process.cpuUsage(started);
    const seconds = (spent.user + spent.system) / 1e6;
    if (seconds >= ENOUGH) return seconds / count;
    count *= 2;
  }
};

const cases = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const calls = cases.map(prepare);
const answers = calls.map((call) => {
  try {
    return { answer: answer(call()), again: false };
  } catch (error) {
    return { failed: String(error).slice(0, 200) };
  }
});
console.log(JSON.stringify({ version, answers }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(measured(calls[Number(line.split(' ')[0])]));
}
