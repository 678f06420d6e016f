// Drives Firefox for tests: one command per line on standard input, one answer per line on standard output.
// The last argument is the path of the browser.
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

// Runs before the page's own scripts: a clock that starts at an instant and keeps running.
const startClock = (start) => {
  const Real = Date;
  let ahead = start - Real.now();
  globalThis.Date = class extends Real {
    constructor(...parts) {
      if (parts.length) super(...parts);
      else super(Real.now() + ahead);
    }
    static now() {
      return Real.now() + ahead;
    }
  };
};

const browser = await puppeteer.launch({ browser: "firefox", executablePath: process.argv.at(-1), headless: true });
const page = await browser.newPage();
await page.setViewport({ width: 1024, height: 900 });
const wrong = [];
page.on("pageerror", (error) => wrong.push(String(error.message ?? error)));
page.on("console", (message) => {
  if (message.type() === "error") wrong.push(message.text());
});
let clock;

const commands = {
  async goto({ address, now }) {
    if (clock) await page.removeScriptToEvaluateOnNewDocument(clock.identifier);
    clock = await page.evaluateOnNewDocument(startClock, now);
    await page.goto(address);
  },
  click: ({ selector }) => page.locator(selector).click(),
  type: ({ selector, text }) => page.locator(selector).fill(text),
  choose: ({ selector, value }) => page.select(selector, value),
  // The value of an expression as soon as it is true, or its value after ten seconds.
  async value({ expression }) {
    const end = Date.now() + 10_000;
    for (;;) {
      const found = await page.evaluate(expression);
      if (found || Date.now() > end) return found;
      await new Promise((done) => setTimeout(done, 50));
    }
  },
  wrong: () => wrong,
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...named } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ answer: (await commands[command](named)) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.message ?? error) }));
  }
}
await browser.close();
