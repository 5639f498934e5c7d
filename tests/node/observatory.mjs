// What MDN's HTTP Observatory says of a site: `observatory.mjs HOST HTTP_PORT HTTPS_PORT`, as JSON.
// Its own command knows the ports 80 and 443 only, so its parts are put together here.
import { writeFileSync } from "node:fs";

const own = new URL("./node_modules/@mdn/mdn-http-observatory/", import.meta.url);
// Two lists that it would fetch: who is preloaded, and which domains there are.
writeFileSync(new URL("conf/hsts-preload.json", own), "{}");
writeFileSync(new URL("conf/tld-list.json", own), '["com", "org", "localhost"]');

const { retrieve } = await import(new URL("src/retriever/retriever.js", own));
const { ALL_TESTS } = await import(new URL("src/constants.js", own));
const { getGradeForScore, getScoreModifier } = await import(new URL("src/grader/grader.js", own));

const [host, httpPort, httpsPort] = process.argv.slice(2);
const answers = await retrieve(host, { httpPort, httpsPort });
if (!answers.responses.https) throw new Error("The site did not answer over https.");

const tests = ALL_TESTS.map((test) => test(answers));
const modifiers = tests.map(({ result }) => getScoreModifier(result));
const penalty = modifiers.filter((one) => one < 0).reduce((sum, one) => sum + one, 0);
const bonus = modifiers.filter((one) => one > 0).reduce((sum, one) => sum + one, 0);
const score = 100 + penalty + (100 + penalty >= 90 ? bonus : 0); // as its scan() counts
const results = (passing) => tests.filter(({ pass }) => pass === passing).map(({ result }) => result);
console.log(
  JSON.stringify({
    grade: getGradeForScore(score).grade,
    score,
    passed: results(true),
    failed: results(false),
  }),
);
