import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { WORDS, translator } from "../words.js";

const here = new URL("..", import.meta.url);
const files = [".", "screens"].flatMap((folder) => readdirSync(new URL(`${folder}/`, here)).filter((name) => name.endsWith(".js")).map((name) => `${folder}/${name}`));
const source = files.filter((name) => !name.endsWith("/words.js")).map((name) => readFileSync(new URL(name, here), "utf8")).join("\n");
const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test("every text is there in Chinese and in English, with the same values", () => {
  for (const [key, texts] of Object.entries(WORDS)) {
    assert.equal(texts.length, 2, key);
    const [zh, en] = texts;
    if (key !== "force.binding") assert.ok(zh.trim() && en.trim(), key);
    assert.deepEqual(places(zh), places(en), key);
    if (!["comma", "dot", "force.binding"].includes(key)) assert.match(zh, /[\u4e00-\u9fff]/, key);
    assert.doesNotMatch(en, /[\u4e00-\u9fff]/, key);
  }
});

test("every text that a screen asks for exists", () => {
  const asked = [...source.matchAll(/\bt\("([^"]+)"/g)].map((match) => match[1]);
  assert.ok(asked.length > 150);
  assert.deepEqual([...new Set(asked)].filter((key) => !(key in WORDS)), []);
});

test("no text is kept that no screen asks for", () => {
  const heads = [...source.matchAll(/t\(`([a-z.]+)\$\{/g)].map((match) => match[1]);
  const unused = Object.keys(WORDS).filter((key) => !source.includes(`"${key}"`) && !heads.some((head) => key.startsWith(head)) && key !== "hazard.other");
  assert.deepEqual(unused, []);
});

test("no text says failed without saying what to do, and none shows a code", () => {
  for (const [key, texts] of Object.entries(WORDS)) assert.doesNotMatch(texts.join(" "), /失败|异常|error|failed|\b[45]\d\d\b/i, key);
});

test("values are put into the text and a state nobody named is in progress", () => {
  assert.equal(translator("zh")("today.left", { n: 9 }), "还有 9 户");
  assert.equal(translator("en")("today.left", { n: 9 }), "9 left");
  assert.equal(translator("zh")("hazard.something"), "处理中");
});
